export { statusLabels } from './schemas.js';
