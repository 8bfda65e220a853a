/** Numbers as people read them. */
const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** In binary units, which qemu-img and Glance count in too. */
export function formatBytes(bytes: number, language: 'en' | 'de' = 'en'): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  // 1023.5 KiB would be shown as 1024 KiB.
  if (unit > 0 && value >= 1023.5 && unit < units.length - 1) {
    value = 1;
    unit++;
  }
  if (unit === 0) return `${bytes} ${language === 'de' ? 'Byte' : bytes === 1 ? 'byte' : 'bytes'}`;
  // Three digits say enough.
  const number = value.toFixed(value < 99.95 ? 1 : 0);
  return `${language === 'de' ? number.replace('.', ',') : number} ${units[unit]}`;
}

export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.round(minutes / (24 * 60))} days`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** In the time zone of the reader. */
export function formatTime(time: string): string {
  const date = new Date(time);
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day} ${pad(date.getHours())}:${pad(date.getMinutes())}`;
}

/** 100 only when it is all. */
export function formatPercent(done: number, total: number): string {
  return `${total === 0 ? 100 : Math.min(done >= total ? 100 : 99, Math.floor((done / total) * 100))} %`;
}
