/** Every step of a rotation's plan struck by every blow, in turn, on the local stack with real servers. */
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { outputOf } from "../e2e/checkout.ts";
import { type Blow, blows, type Step } from "../e2e/converge.ts";
import { LocalStack, Visitors } from "../e2e/local-stack.ts";
import { struckRotation } from "../e2e/struck-rotation.ts";
import { Report, wanted } from "./report.ts";

const steps: ((slot: string) => Step)[] = [
	(slot) => ({
		on: "update",
		type: "gcp:sql/user:User",
		name: `database-user-${slot}`,
	}),
	...["database-url", "postgres-user", "postgres-password"].map(
		(name) => (): Step => ({
			on: "create",
			type: "gcp:secretmanager/secretVersion:SecretVersion",
			name,
		}),
	),
	...["auth", "backend"].flatMap((service) => [
		(): Step => ({
			on: "update",
			type: "gcp:cloudrunv2/job:Job",
			name: `${service}-preflight`,
		}),
		(): Step => ({
			on: "update",
			type: "gcp:cloudrunv2/service:Service",
			name: service,
		}),
		(): Step => ({
			on: "update",
			type: "gcp:cloudrunv2/job:Job",
			name: `${service}-verify`,
		}),
	]),
];
const cases = wanted(
	steps.flatMap((step) =>
		blows.map((blow): [string, Blow, typeof step] => [
			step("a|b").name,
			blow,
			step,
		]),
	),
);

let stack: LocalStack;
const report = new Report("rotation");
beforeAll(async () => {
	stack = await LocalStack.create();
	outputOf(await stack.up());
}, 120_000);
afterAll(async () => {
	report.print();
	await stack.end();
}, 60_000);

it.each(cases)(
	"[R-002] a rotation that is struck at %s, %s",
	async (name, blow, step) => {
		const result = await struckRotation(stack, step, blow);
		report.add(name, blow, result);
		expect(result).toMatchObject({
			answering: stack.ready,
			login: { ok: true },
			changesLeft: null,
		});
	},
	300_000,
);

it("[R-002] refuses no login in five rotations in a row", async () => {
	for (let turn = 0; turn < 5; turn++) {
		const running = `netra_${stack.slot}`;
		const visitors = new Visitors(
			Array.from({ length: 6 }, () => stack.login(running)),
			90,
		);
		await stack.rotate();
		outputOf(await stack.up());
		await visitors.stop();
		expect(visitors.refusals).toEqual([]);
		expect(visitors.logins).toBeGreaterThan(100);
	}
}, 600_000);
