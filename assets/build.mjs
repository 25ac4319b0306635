// Builds static/built/ from assets/: one stylesheet, the scripts as they are, the typeface, the pictures.
// Run by `npm run build`; nothing it writes is committed.
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const built = join(root, "static", "built");
const face = join(root, "node_modules", "@fontsource-variable", "atkinson-hyperlegible-next");

mkdirSync(built, { recursive: true });
rmSync(join(built, "fonts"), { recursive: true, force: true });

const css = sass.compile(join(here, "sass", "passerelle.scss"), {
  style: "compressed",
  loadPaths: [join(root, "node_modules")],
  quietDeps: true,
});
writeFileSync(join(built, "app.css"), css.css);

for (const script of ["app.js", "autosave.js", "review.js"]) cpSync(join(here, script), join(built, script));
cpSync(join(here, "images"), join(built, "images"), { recursive: true });
for (const style of ["normal", "italic"]) {
  for (const subset of ["latin", "latin-ext"]) {
    const name = `atkinson-hyperlegible-next-${subset}-wght-${style}.woff2`;
    cpSync(join(face, "files", name), join(built, "fonts", name));
  }
}
cpSync(join(face, "LICENSE"), join(built, "fonts", "LICENSE"));

// Documents have their own sheet and a typeface that is whole: subscripts (tCO₂e), arrows, Greek, Cyrillic.
const whole = join(root, "node_modules", "source-sans");
const weights = { Regular: "400-normal", It: "400-italic", Semibold: "600-normal", SemiboldIt: "600-italic", Bold: "700-normal", BoldIt: "700-italic" };
for (const [theirs, ours] of Object.entries(weights)) {
  cpSync(join(whole, "WOFF2", "TTF", `SourceSans3-${theirs}.ttf.woff2`), join(built, "fonts", `source-sans-3-${ours}.woff2`));
}
cpSync(join(whole, "LICENSE.md"), join(built, "fonts", "LICENSE-source-sans-3.md"));
cpSync(join(here, "print.css"), join(built, "print.css"));
