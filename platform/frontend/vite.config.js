// Builds the front end into the package's static folder, with a manifest that Python reads.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { defineConfig } from "vite";

const TABLER = JSON.parse(readFileSync("node_modules/@iconify-json/tabler/icons.json", "utf8"));

// One SVG file that holds the icons named in src/icons.txt, each under its own name.
function iconSprite() {
  return {
    name: "icon-sprite",
    buildStart() {
      this.addWatchFile("src/icons.txt");
      const names = readFileSync("src/icons.txt", "utf8").split(/\s+/).filter(Boolean);
      const missing = names.filter((name) => !TABLER.icons[name]);
      if (missing.length) this.error(`src/icons.txt: Tabler has no icon ${missing.join(", ")}`);
      const symbols = names.map((name) => `<symbol id="${name}" viewBox="0 0 24 24">${TABLER.icons[name].body}</symbol>`);
      emit(this, "icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
      emit(this, "mark.svg", readFileSync("src/mark.svg", "utf8"));
    },
  };
}

function emit(context, name, source) {
  context.emitFile({ type: "asset", name, originalFileName: `src/${name}`, source });
}

// A compressed copy beside each text file, so that no server has to compress while it serves.
function compressedCopies() {
  return {
    name: "compressed-copies",
    writeBundle({ dir }, bundle) {
      for (const name of Object.keys(bundle).filter((name) => /\.(js|css|svg)$/.test(name))) {
        writeFileSync(join(dir, `${name}.gz`), gzipSync(readFileSync(join(dir, name)), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: [iconSprite(), compressedCopies()],
  build: {
    outDir: "../tierline/static/dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    rollupOptions: { input: "src/main.js" },
  },
});
