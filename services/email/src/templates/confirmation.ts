import { page, type Template } from './template.ts';

export const confirmation: Template = {
  subject: 'Your order #{{orderNumber}} is confirmed',
  text: `Hello {{apart recipientName}},

thank you: your order #{{orderNumber}} is confirmed.

{{#each items}}
  {{quantity}} x {{apart name}}: {{lineTotal}}
{{/each}}

Total: {{totalAmount}}
{{#if estimatedDelivery}}
Expected delivery: {{estimatedDelivery}}
{{/if}}
`,
  html: page(`<h1 style="font-size:20px">Your order #{{orderNumber}} is confirmed</h1>
<p>Hello {{apart recipientName}},<br>thank you for your order.</p>
<table style="width:100%;border-collapse:collapse">
{{#each items}}
<tr><td style="padding:6px 0">{{quantity}} × {{apart name}}</td><td style="text-align:right">{{lineTotal}}</td></tr>
{{/each}}
<tr style="border-top:1px solid #ccc;font-weight:bold"><td style="padding:6px 0">Total</td><td style="text-align:right">{{totalAmount}}</td></tr>
</table>
{{#if estimatedDelivery}}
<p>Expected delivery: {{estimatedDelivery}}</p>
{{/if}}`),
};
