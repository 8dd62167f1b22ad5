import { describe, expect, it } from "@jest/globals";
import { planRotation } from "../../plan/login-guard.ts";
import { loginVersions } from "../../plan/login-record.ts";
import type { ObservedService } from "../../plan/observed.ts";
import type { LoginService, RotationArgs } from "../../plan/rotation.ts";

const auth = "netra-auth-staging";
const backend = "netra-backend-staging";

/** A service whose revisions are of the epochs given. */
function running(
	name: string,
	ready: number,
	change: Partial<ObservedService> = {},
): ObservedService {
	const revision = `${name}-e${ready}-0123abcd-7`;
	return {
		name,
		latestCreatedRevision: revision,
		latestReadyRevision: revision,
		trafficRevisions: [revision],
		reconciling: false,
		succeeded: true,
		labels: {},
		...change,
	};
}

const carriers = new Set(["database-url-staging"]);

type Given = Partial<Omit<RotationArgs, "services">> & {
	observed?: ObservedService[];
	/** By the service's name in Cloud Run. */
	pinned?: Record<string, string>;
	takeOver?: LoginService["takeOver"];
	revisions?: LoginService["revisions"];
};

const args = (
	epoch: number,
	{
		observed = [],
		pinned = {},
		takeOver = [],
		revisions = [],
		...change
	}: Given = {},
): RotationArgs => ({
	stack: "staging",
	epoch,
	slotRetry: {},
	services: observed.map((each) => ({
		service: each.name === auth ? "auth" : "backend",
		observed: each,
		pinned: pinned[each.name],
		takeOver,
		revisions,
	})),
	carriers,
	adoptedRevisions: [],
	...change,
});

function refusal(rotation: RotationArgs): string {
	try {
		planRotation(rotation);
	} catch (error) {
		return (error as Error).message;
	}
	return "accepted";
}

describe("the plan of a rotation", () => {
	it.each([
		[0, "a", 0, -1],
		[1, "b", 0, 1],
		[2, "a", 2, 1],
		[3, "b", 2, 3],
	] as const)(
		"[R-002] of epoch %i uses slot %s and keeps the other's password",
		(epoch, target, a, b) => {
			expect(planRotation(args(epoch))).toEqual({
				epoch,
				target,
				keepers: { a: { epoch: a, retry: 0 }, b: { epoch: b, retry: 0 } },
			});
		},
	);

	it("[R-002] changes exactly one slot's password from one epoch to the next", () => {
		for (let epoch = 0; epoch < 20; epoch++) {
			const before = planRotation(args(epoch));
			const after = planRotation(args(epoch + 1));
			const changed = (["a", "b"] as const).filter(
				(slot) => before.keepers[slot].epoch !== after.keepers[slot].epoch,
			);
			expect(changed).toEqual([after.target]);
			expect(after.target).not.toBe(before.target);
		}
	});

	it("makes a new password for the retries of an epoch alone", () => {
		const { keepers } = planRotation(args(3, { slotRetry: { "3": 2 } }));
		expect(keepers).toEqual({
			a: { epoch: 2, retry: 0 },
			b: { epoch: 3, retry: 2 },
		});
	});
});

describe("the guard of the live logins", () => {
	it("[R-002] lets an epoch stay or rise by one", () => {
		const observed = [running(auth, 3), running(backend, 3)];
		expect(refusal(args(3, { observed }))).toBe("accepted");
		expect(refusal(args(4, { observed }))).toBe("accepted");
	});

	it("[R-002] refuses to rise by two", () => {
		expect(refusal(args(5, { observed: [running(auth, 3)] }))).toBe(
			"[rotation] refused, nothing was changed in staging: service netra-auth-staging serves with the login of epoch 3, and epoch 5 would change that login's password\n" +
				"  fix: bring epoch 4 live everywhere first: pulumi config set rotationEpoch 4 -s staging && pulumi up -s staging",
		);
	});

	it("[R-002] refuses to go back", () => {
		expect(refusal(args(2, { observed: [running(auth, 3)] }))).toBe(
			"[rotation] refused, nothing was changed in staging: service netra-auth-staging serves with the login of epoch 3, and epoch 2 would change that login's password\n" +
				"  fix: an epoch never goes back; to serve from an older revision again pin it (services.<service>.pinnedRevision) and keep: pulumi config set rotationEpoch 3 -s staging",
		);
	});

	it("[R-002] refuses the next rotation while the last one is not live everywhere", () => {
		const observed = [running(auth, 4), running(backend, 3)];
		expect(refusal(args(5, { observed }))).toContain(
			"netra-backend-staging serves with the login of epoch 3",
		);
		expect(refusal(args(4, { observed }))).toBe("accepted");
	});

	it("[R-002] counts every revision with traffic, and the one that is being started", () => {
		const withTraffic = running(auth, 4, {
			trafficRevisions: [`${auth}-e3-0123abcd-6`],
		});
		expect(refusal(args(5, { observed: [withTraffic] }))).toContain("epoch 3");
		const starting = running(auth, 3, {
			latestCreatedRevision: `${auth}-e4-0123abcd-8`,
			reconciling: true,
		});
		expect(refusal(args(3, { observed: [starting] }))).toContain("epoch 4");
		expect(
			refusal(args(3, { observed: [{ ...starting, reconciling: false }] })),
		).toBe("accepted");
	});

	it("refuses a changed or removed retry of a live epoch, and takes one of an epoch that is not live", () => {
		const observed = [
			running(auth, 4, { labels: { "login-a": "e4-r1", "login-b": "e3-r0" } }),
		];
		expect(refusal(args(4, { observed, slotRetry: { "4": 1 } }))).toBe(
			"accepted",
		);
		expect(refusal(args(4, { observed }))).toBe(
			"[rotation] refused, nothing was changed in staging: slotRetry of epoch 4 was 1 and is 0 now, but service netra-auth-staging serves with that login\n" +
				"  fix: put it back: pulumi config set --path 'slotRetry[\"4\"]' 1 -s staging; for a new password raise the epoch instead",
		);
		expect(refusal(args(5, { observed, slotRetry: { "4": 1, "5": 3 } }))).toBe(
			"accepted",
		);
	});
});

describe("a live revision that this project did not name", () => {
	const name = "netra-auth-staging-00042-abc";
	const own = `${auth}-e4-0123abcd-7`;
	const labels = { "login-a": "e4-r0", "login-b": "e3-r0" };
	const foreign = (change: Partial<ObservedService> = {}) =>
		running(auth, 4, {
			latestCreatedRevision: name,
			latestReadyRevision: name,
			trafficRevisions: [name],
			labels,
			...change,
		});
	const bound = (version: string) => [
		{ secretId: "database-url-staging", version },
		{ secretId: "jwt-secret-staging", version: "1" },
	];
	const recorded = {
		login: "e4-r0",
		"login-versions": loginVersions(bound("5"), carriers),
	};
	const revision = (
		version: string,
		marks: Record<string, string> = recorded,
	) => [
		{ name: own, labels: recorded, bound: bound("5") },
		{ name, labels: marks, bound: bound(version) },
	];
	const epochs = (given: Given) =>
		[3, 4, 5, 6].map((epoch) =>
			refusal(args(epoch, { observed: [foreign()], ...given })) === "accepted"
				? "accepted"
				: "refused",
		);

	it("[R-100] uses the login that its template records, while it binds what was recorded for it", () => {
		expect(epochs({ revisions: revision("5") })).toEqual([
			"refused",
			"accepted",
			"accepted",
			"refused",
		]);
	});

	it.each([
		["binds another number", revision("4")],
		["binds latest", revision("latest")],
		[
			"has a text in place of the secret",
			[{ name, labels: recorded, bound: [] }],
		],
		["records no login", revision("5", {})],
		["could not be read", []],
	])(
		"[R-100] may use either login if it %s: only an update that changes no password goes on",
		(_, revisions) => {
			expect(epochs({ revisions })).toEqual([
				"refused",
				"accepted",
				"refused",
				"refused",
			]);
		},
	);

	it("[R-100] is named with the reason and what to do", () => {
		expect(
			refusal(
				args(5, { observed: [foreign()], revisions: revision("latest") }),
			),
		).toBe(
			`[rotation] refused, nothing was changed in staging: service netra-auth-staging serves from revision ${name}, which may use either login: it binds other versions than those recorded for its login; this update would change the password of b\n` +
				`  fix: deploy first without a rotation, so that a revision of this project serves: pulumi config set --path 'services.auth.takeOver[0]' ${name} -s staging && pulumi config set rotationEpoch 4 -s staging && pulumi up -s staging; rotate after that`,
		);
	});

	it("[R-100] is not exempted by adoptedRevisions once it may use a login of this project", () => {
		const adoptedRevisions = [name];
		for (const revisions of [
			revision("5"),
			revision("6", {}),
			revision("latest", {}),
			[],
		]) {
			expect(epochs({ revisions, adoptedRevisions })[3]).toBe("refused");
		}
	});

	it("is exempted by adoptedRevisions where this project never deployed the service, or it binds older numbers alone", () => {
		const adoptedRevisions = [name];
		expect(
			refusal(
				args(0, { observed: [foreign({ labels: {} })], adoptedRevisions }),
			),
		).toBe("accepted");
		expect(epochs({ revisions: revision("4", {}), adoptedRevisions })).toEqual([
			"accepted",
			"accepted",
			"accepted",
			"accepted",
		]);
	});

	it("[R-100] is judged by this project's revisions where somebody took the service's labels away", () => {
		const given = {
			observed: [foreign({ labels: {} })],
			revisions: [
				{
					name: `${auth}-e3-0123abcd-6`,
					labels: { login: "e3-r0" },
					bound: bound("4"),
				},
				...revision("5", {}),
			],
		};
		for (const adoptedRevisions of [[], [name]]) {
			const told = epochs({ ...given, adoptedRevisions });
			expect(told).toEqual(["refused", "accepted", "refused", "refused"]);
		}
		expect(refusal(args(6, given))).toContain(
			"this update would change the password of a and b\n  fix: deploy first without a rotation",
		);
	});

	it("is to be listed where this project never deployed the service, beside what is listed", () => {
		expect(
			refusal(
				args(0, {
					observed: [foreign({ labels: {} })],
					adoptedRevisions: ["another"],
				}),
			),
		).toContain(
			`list it: pulumi config set --path 'adoptedRevisions[1]' ${name} -s staging`,
		);
		expect(refusal(args(0, { observed: [foreign({ labels: {} })] }))).toContain(
			`list it: pulumi config set --path 'adoptedRevisions[0]' ${name} -s staging`,
		);
	});
});

describe("the guard of pinned revisions", () => {
	const pinned = (epoch: number) => ({
		[auth]: `${auth}-e${epoch}-0123abcd-6`,
	});
	const end = "pulumi config rm --path services.auth.pinnedRevision -s staging";

	it("[R-070] takes a revision of this epoch or the one before", () => {
		const observed = [running(auth, 4)];
		expect(refusal(args(4, { observed, pinned: pinned(4) }))).toBe("accepted");
		expect(refusal(args(4, { observed, pinned: pinned(3) }))).toBe("accepted");
	});

	it("[R-070] refuses a revision whose login has another password by now", () => {
		expect(
			refusal(args(4, { observed: [running(auth, 4)], pinned: pinned(2) })),
		).toBe(
			"[rotation] refused, nothing was changed in staging: service netra-auth-staging is pinned to revision netra-auth-staging-e2-0123abcd-6, of epoch 2, whose login has another password by now; with epoch 4 only logins of epochs 3 and 4 are kept\n" +
				`  fix: end the pin: ${end}`,
		);
	});

	it("[R-070] names the revisions whose login stays, and pins the newest", () => {
		const made = (epoch: number, day: number) => ({
			name: `${auth}-e${epoch}-0123abcd-${day}`,
			createTime: `2026-11-0${day}T10:00:00Z`,
			labels: {
				login: `e${epoch}-r0`,
				"login-versions": loginVersions([], carriers),
			},
			bound: [],
		});
		const [gone, older, newer] = [made(2, 1), made(3, 2), made(4, 3)] as const;
		const revisions = [gone, older, newer];
		expect(
			refusal(
				args(4, {
					observed: [running(auth, 4)],
					pinned: { [auth]: gone.name },
					revisions,
				}),
			),
		).toContain(
			`fix: pin one that keeps its login (${newer.name}, ${older.name}): pulumi config set --path services.auth.pinnedRevision ${newer.name} -s staging, or end the pin: ${end}`,
		);
	});

	it("[R-070] refuses a rotation while a revision is pinned, and names the pin", () => {
		expect(
			refusal(args(5, { observed: [running(auth, 4)], pinned: pinned(4) })),
		).toBe(
			"[rotation] refused, nothing was changed in staging: service netra-auth-staging is pinned to revision netra-auth-staging-e4-0123abcd-6, so a rotation to epoch 5 could not go live\n" +
				`  fix: ${end} && pulumi config set rotationEpoch 4 -s staging && pulumi up -s staging, which ends the pin; rotate after that`,
		);
	});

	it("[R-070] refuses a rotation while the revision before is pinned, or its pin has only just been taken out", () => {
		const observed = [
			running(auth, 4, { trafficRevisions: [`${auth}-e3-0123abcd-6`] }),
		];
		const fact =
			"[rotation] refused, nothing was changed in staging: service netra-auth-staging serves with the login of epoch 3, and epoch 5 would change that login's password; its requests go to netra-auth-staging-e3-0123abcd-6, though netra-auth-staging-e4-0123abcd-7 is ready\n  fix: ";
		const rest =
			"pulumi config set rotationEpoch 4 -s staging && pulumi up -s staging, which moves the requests; rotate after that";
		expect(refusal(args(5, { observed, pinned: pinned(3) }))).toBe(
			`${fact}${end} && ${rest}`,
		);
		const takeOver =
			"pulumi config set --path 'services.auth.takeOver[0]' netra-auth-staging-e3-0123abcd-6 -s staging";
		expect(refusal(args(5, { observed }))).toBe(
			`${fact}${takeOver} && ${rest}`,
		);
		const unpinned = observed.map((each) => ({
			...each,
			labels: { ...each.labels, traffic: `${auth}-e3-0123abcd-6` },
		}));
		expect(refusal(args(5, { observed: unpinned }))).toBe(`${fact}${rest}`);
	});

	it("[R-100] takes over what was made by hand when its pin ends, beside what is listed", () => {
		const name = `${auth}-00007-xyz`;
		const given = { observed: [running(auth, 4)], pinned: { [auth]: name } };
		expect(refusal(args(5, { ...given, takeOver: ["another"] }))).toContain(
			`fix: ${end} && pulumi config set --path 'services.auth.takeOver[1]' ${name} -s staging && pulumi config set rotationEpoch 4`,
		);
		expect(refusal(args(5, { ...given, takeOver: [name] }))).toContain(
			`fix: ${end} && pulumi config set rotationEpoch 4`,
		);
	});

	it("[R-100] keeps both passwords for a pinned revision that may use either, though it does not serve yet", () => {
		const labels = { "login-a": "e4-r0", "login-b": "e3-r0" };
		const given = {
			observed: [running(auth, 4, { labels })],
			pinned: { [auth]: `${auth}-00007-xyz` },
		};
		expect(refusal(args(4, given))).toBe("accepted");
		expect(refusal(args(4, { ...given, slotRetry: { "3": 1 } }))).toBe(
			`[rotation] refused, nothing was changed in staging: service netra-auth-staging is pinned to revision netra-auth-staging-00007-xyz, which may use either login: it records no login of this project; this update would change the password of b\n` +
				`  fix: put epoch and slotRetry back to what was deployed, or end the pin: ${end}`,
		);
	});
});
