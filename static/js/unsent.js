// A shift that is closed while its tablet still has cash that the gateway doesn't know of would count
// it as too much: the shift's page says so.
import { tickets } from "./kept.js";

tickets().then(
  (kept) => {
    document.getElementById("unsent").hidden = !kept.length;
  },
  () => {}, // this tablet keeps nothing
);
