/** Five rotations with what people do in between: hotfixes, pins and moved requests, on the local stack with real servers. */
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { outputOf } from "../e2e/checkout.ts";
import { gcloudRun } from "../e2e/cloud.ts";
import { LocalStack, Visitors } from "../e2e/local-stack.ts";

const auth = "netra-auth-local";
const pin = "services.auth.pinnedRevision";
const takeOver = "services.auth.takeOver[0]";

let stack: LocalStack;
beforeAll(async () => {
	stack = await LocalStack.create();
	outputOf(await stack.up());
}, 120_000);
afterAll(() => stack.end(), 60_000);

const serving = async () => (await stack.serving())[auth] as string;
const byHand = async (...words: string[]) =>
	outputOf(await gcloudRun(stack, "netra-local", "services", ...words));
const up = async () => outputOf(await stack.up());

/** An update is refused before anything changes, until the configuration takes over what serves. */
async function takeOverWhatServes(): Promise<void> {
	const revision = await serving();
	const { code, output } = await stack.up();
	expect(code).not.toBe(0);
	expect(output).toContain("[serving] refused, nothing was changed in local");
	expect(await serving()).toBe(revision);
	await stack.set(takeOver, revision);
}

/** What happens between two rotations, by what it is. */
const between: [string, () => Promise<void>][] = [
	[
		"a hotfix by hand that is taken over",
		async () => {
			await byHand("update", auth, "--update-env-vars=DEBUG=1");
			expect(await serving()).toMatch(/-\d{5}-[a-z]{3}$/);
			await takeOverWhatServes();
		},
	],
	[
		"a revision by hand that changes nothing",
		async () => {
			await byHand("update", auth);
		},
	],
	[
		"a pin of the revision before, and its end",
		async () => {
			const now = await serving();
			await byHand("update", auth, "--update-env-vars=DEBUG=2");
			await takeOverWhatServes();
			await up();
			await stack.set(pin, now);
			await up();
			expect(await serving()).toBe(now);
			await stack.unset(pin);
			await up();
			expect(await serving()).not.toBe(now);
		},
	],
	[
		"requests moved by hand that are taken over",
		async () => {
			const before = await serving();
			await byHand("update", auth, "--update-env-vars=DEBUG=3");
			await takeOverWhatServes();
			await up();
			await byHand("update-traffic", auth, `--to-revisions=${before}=100`);
			expect(await serving()).toBe(before);
			await takeOverWhatServes();
		},
	],
	[
		"a hotfix by hand that is pinned, and its end",
		async () => {
			await byHand("update", auth, "--update-env-vars=DEBUG=4");
			const hotfix = await serving();
			await stack.set(pin, hotfix);
			await up();
			expect(await serving()).toBe(hotfix);
			await stack.rotate();
			const { code, output } = await stack.up();
			expect(code).not.toBe(0);
			expect(output).toContain(`is pinned to revision ${hotfix}`);
			stack.epoch -= 1;
			await stack.set("rotationEpoch", String(stack.epoch));
			await stack.unset(pin);
			await stack.set(takeOver, hotfix);
			await up();
		},
	],
];

it.each(between)(
	"[R-100] refuses no login in a rotation after %s",
	async (_what, happens) => {
		const visitors = new Visitors(
			Array.from({ length: 6 }, () => stack.login(`netra_${stack.slot}`)),
			90,
		);
		await happens();
		await stack.rotate();
		await up();
		await visitors.stop();
		expect(visitors.refusals).toEqual([]);
		expect(visitors.logins).toBeGreaterThan(100);
		expect(await serving()).toContain(`-e${stack.epoch}-`);
		expect(await stack.readiness()).toEqual(stack.ready);
		expect(outputOf(await stack.up("--refresh"))).not.toMatch(/^ {4}[+~-]/m);
	},
	300_000,
);
