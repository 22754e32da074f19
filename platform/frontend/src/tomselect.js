// The searchable select with its style, as one part that is loaded on demand.
import "tom-select/dist/css/tom-select.bootstrap5.min.css";
export { default } from "tom-select/dist/esm/tom-select.complete.js";
