// Each pair of text colour and ground on the page once, with its contrast (WCAG 2.2, "contrast ratio").
() => {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [red, green, blue] = channels(colour).map((each) => {
      const part = each / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ratio = (one, other) => {
    const [bright, dark] = [light(one), light(other)].sort((a, b) => b - a);
    return (bright + 0.05) / (dark + 0.05);
  };
  const isClear = (colour) => colour === "none" || (channels(colour)[3] ?? 1) === 0;
  const groundOf = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const ground = getComputedStyle(each).backgroundColor;
      if (!isClear(ground)) return ground;
    }
    return "rgb(255, 255, 255)";
  };
  const drawnBelow = (text) => {
    const box = text.closest("g.cluster, g.node");
    const shapes = [...document.querySelectorAll(".picture .cluster path")].filter((shape) => {
      const at = shape.getBoundingClientRect();
      const mine = text.getBoundingClientRect();
      return mine.left >= at.left && mine.right <= at.right && mine.top >= at.top && mine.bottom <= at.bottom;
    });
    return box && shapes.length ? getComputedStyle(shapes.at(-1)).fill : groundOf(text);
  };
  for (const details of document.querySelectorAll("details")) details.open = true;
  const pairs = new Map();
  const add = (colour, ground, element) => {
    const key = `${colour} on ${ground}`;
    if (!pairs.has(key)) {
      pairs.set(key, { colour, ground, ratio: ratio(colour, ground), text: element.textContent.trim().slice(0, 40) });
    }
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    if (element instanceof SVGElement) add(style.fill, drawnBelow(element), element);
    else add(style.color, groundOf(element), element);
  }
  const field = document.querySelector("input");
  add(getComputedStyle(field, "::placeholder").color, groundOf(field), field);
  const target = document.querySelector("tr[id]");
  location.hash = target.id;
  for (const element of target.querySelectorAll("*")) {
    add(getComputedStyle(element).color, getComputedStyle(target).backgroundColor, element);
  }
  return [...pairs.values()];
};
