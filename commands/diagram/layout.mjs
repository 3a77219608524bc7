// Reads a graph in the DOT language and prints its picture as SVG: Graphviz, as WebAssembly.
import { readFileSync } from "node:fs";
import { instance } from "@viz-js/viz";

const drawn = (await instance()).render(readFileSync(0, "utf8"), { format: "svg" });
if (drawn.status !== "success") {
  console.error(drawn.errors.map(({ message }) => message).join("\n"));
  process.exit(1);
}
process.stdout.write(drawn.output);
