// What every page loads. One small module a behaviour; each finds its elements by a data attribute,
// on the first load and in whatever htmx brings later.
import "./main.css";
import "htmx.org";
import { start } from "./behaviours.js";
import "./requests.js";
import "./theme.js";
import "./menus.js";
import "./dialogs.js";
import "./shortcuts.js";
import "./rail.js";
import "./messages.js";
import "./files.js";
import "./password.js";
import "./scrollers.js";
import "./charts.js";
import "./searchselect.js";
import "./grid.js";

start();
