/** Jest in ES module mode; TypeScript is stripped by swc, types are checked by `npm run check`. */
const soak = process.env.SOAK !== undefined;

export default {
	testSequencer: "<rootDir>/test/sequencer.ts",
	testEnvironment: "<rootDir>/test/environment.ts",
	roots: ["<rootDir>/test"],
	testMatch: [soak ? "**/*.soak.ts" : "**/*.test.ts"],
	// Engines, servers and probes are waited for; how long they take is for bench/, so a test only has to end.
	testTimeout: 300_000,
	// Each worker waits for engines and servers most of its time.
	maxWorkers: 3,
	reporters: soak
		? ["default"]
		: ["default", "<rootDir>/test/requirements/reporter.ts"],
	extensionsToTreatAsEsm: [".ts"],
	transform: {
		"^.+\\.ts$": [
			"@swc/jest",
			{
				jsc: {
					parser: { syntax: "typescript", importAttributes: true },
					target: "es2024",
					experimental: { keepImportAttributes: true },
				},
				module: { type: "es6" },
			},
		],
	},
};
