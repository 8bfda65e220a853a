/**
 * Two blocks of 128 bytes with one MD5: whatever follows them both, files that begin with them have one MD5 as well, and so one ETag. Wang, Feng, Lai,
 * Yu, "Collisions for Hash Functions MD4, MD5, HAVAL-128 and RIPEMD" (2004)
 */
export function md5Twins(): [Buffer, Buffer] {
  const one = Buffer.from(
    'd131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f8955ad340609f4b30283e488832571415a085125e8f7cdc99fd91dbdf280373c5b' +
      'd8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cda0e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70',
    'hex',
  );
  const other = Buffer.from(one);
  for (const at of [19, 45, 59, 83, 109, 123]) other[at] = (other[at] ?? 0) ^ 0x80;
  return [one, other];
}
