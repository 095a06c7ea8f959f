/**
 * Handlebars sources of one mail. What is put into `html` is escaped; `subject` and `text` are plain text. `apart` is for what others
 * wrote: its reading direction moves nothing around it.
 */
export interface Template {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What every HTML part stands in: no pictures, no links, nothing fetched from anywhere. */
export function page(content: string): string {
  return `<!doctype html>
<html lang="en" dir="ltr">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>
<body style="margin:0;padding:24px;background:#f4f4f2;font-family:Helvetica,Arial,sans-serif;color:#222">
<div style="max-width:560px;margin:0 auto;padding:24px;background:#fff;border-radius:6px;line-height:1.5">
${content}
</div>
</body>
</html>
`;
}
