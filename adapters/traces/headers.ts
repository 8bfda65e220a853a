/** `name=value` by comma, values percent-encoded, as https://opentelemetry.io/docs/specs/otel/protocol/exporter/ has it. */
export function toHeaders(list: string | undefined): Record<string, string> {
  return Object.fromEntries(
    (list ?? '').split(',').flatMap((pair) => {
      const [name = '', ...value] = pair.split('=');
      return name.trim() && value.length > 0 ? [[name.trim(), decodeText(value.join('=').trim())]] : [];
    }),
  );
}

function decodeText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
