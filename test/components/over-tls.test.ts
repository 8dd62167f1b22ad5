import { expect, it, jest } from "@jest/globals";
import { parsePlatform } from "../../contract/schema.ts";
import { overTls } from "../fixtures/over-tls.ts";

it("[R-010] gives a service that reaches PostgreSQL over TLS the address and all authorities, and no socket", async () => {
	const contract = parsePlatform(overTls({ parts: true }));
	jest.unstable_mockModule("../../contract/platform.ts", () => ({
		platform: contract,
	}));
	const { runProgram } = await import("./run-program.ts");
	const registered = await runProgram("staging");
	// biome-ignore lint/suspicious/noExplicitAny: inputs of several types of resources
	const inputsOf = (type: string, name: string): any =>
		registered.find((each) => each.type === type && each.name === name)?.inputs;
	const dataOf = (id: string) =>
		inputsOf("gcp:secretmanager/secretVersion:SecretVersion", id).secretData
			.value;
	expect(dataOf("tls-url")).toMatch(
		/^postgresql:\/\/netra_a:[^@]+@10\.64\.0\.3:5432\/netra\?sslmode=verify-ca&sslrootcert=\/etc\/netra\/postgres\/ca\.pem$/,
	);
	expect(dataOf("tls-host")).toBe("10.64.0.3");
	expect(dataOf("postgres-ca")).toBe(
		"-----BEGIN NEXT-----\n-----BEGIN NOW-----\n",
	);
	const volumesOf = (service: string) =>
		inputsOf("gcp:cloudrunv2/service:Service", service).template.volumes.map(
			({ name }: { name: string }) => name,
		);
	expect(volumesOf("auth")).toEqual(["redis-ca", "postgres-ca"]);
	expect(volumesOf("backend")).toEqual(["cloudsql", "redis-ca"]);
});
