// Plain JavaScript, so that a Node that cannot read TypeScript says so instead of failing on the first type.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
	const { main } = await import("./cli.ts");
	await main(process.argv.slice(2));
} else {
	console.error(
		`preflight needs Node 22.18 or newer and this is Node ${process.versions.node}: run it as 'npm run preflight -- …', or install a newer Node`,
	);
	process.exitCode = 2;
}
