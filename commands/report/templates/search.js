"use strict";
(() => {
  const form = document.getElementById("finder");
  const field = document.getElementById("search");
  const found = document.getElementById("found");
  const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
  const plain = (element) => words(element.textContent).join(" ");
  const rows = [...document.querySelectorAll("[data-row]")].map((element) => {
    const details = element.querySelector("details");
    const inside = details ? plain(details) : "";
    return { element, details, inside, text: plain(element) };
  });
  const parts = [...document.querySelectorAll("[data-part]")];
  const picture = document.getElementById("picture");

  const show = () => {
    const wanted = words(field.value);
    let shown = 0;
    for (const { element, details, inside, text } of rows) {
      element.hidden = !wanted.every((word) => text.includes(word));
      shown += element.hidden ? 0 : 1;
      if (details) {
        details.open = wanted.length > 0 && wanted.some((word) => inside.includes(word) && !outside(text, inside, word));
      }
    }
    for (const part of parts) {
      part.hidden = wanted.length > 0 && !part.querySelector("[data-row]:not([hidden])");
    }
    picture.hidden = wanted.length > 0;
    found.value = wanted.length ? `${shown} of ${rows.length} rows` : `${rows.length} rows; press / to search`;
  };
  const outside = (text, inside, word) => text.replace(inside, " ").includes(word);
  const clear = () => {
    field.value = "";
    show();
  };

  field.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      field.focus();
      field.select();
    } else if (event.key === "Escape" && event.target === field) {
      clear();
    }
  });
  addEventListener("hashchange", () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.closest("[hidden]")) {
      clear();
      target.scrollIntoView();
    }
  });
  form.hidden = false;
  show();
})();
