// The rail's width, kept in a cookie, so that the server writes the page with it.
import { behave, setCookie } from "./behaviours.js";

behave("[data-rail-toggle]", (button) => {
  button.addEventListener("click", () => {
    const narrow = document.body.classList.toggle("rail-narrow");
    button.setAttribute("aria-expanded", String(!narrow));
    setCookie("rail", narrow ? "narrow" : "wide");
  });
});
