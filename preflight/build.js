// Bundles preflight and its drivers into one file: it starts faster than from node_modules, and the image needs nothing else.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
	entryPoints: [here("main.js")],
	outfile: process.argv[2] ?? here("dist/preflight.mjs"),
	bundle: true,
	platform: "node",
	target: "node22",
	format: "esm",
	// Names stay, so that the stack of a bug can be read.
	minifyWhitespace: true,
	minifySyntax: true,
	// The drivers are CommonJS, and require Node's own modules.
	banner: {
		js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
	},
	logLevel: "warning",
});
