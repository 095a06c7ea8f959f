import { page, type Template } from './template.ts';

export const cancellation: Template = {
  subject: 'Your order #{{orderNumber}} has been cancelled',
  text: `Hello {{apart recipientName}},

your order #{{orderNumber}} has been cancelled: {{reason}}.

{{#if refundAmount}}
You get back {{refundAmount}} by {{refundMethod}}.
{{else}}
You have not been charged, so there is nothing to refund.
{{/if}}
`,
  html: page(`<h1 style="font-size:20px">Your order #{{orderNumber}} has been cancelled</h1>
<p>Hello {{apart recipientName}},<br>your order has been cancelled: {{reason}}.</p>
{{#if refundAmount}}
<p>You get back <strong>{{refundAmount}}</strong> by {{refundMethod}}.</p>
{{else}}
<p>You have not been charged, so there is nothing to refund.</p>
{{/if}}`),
};
