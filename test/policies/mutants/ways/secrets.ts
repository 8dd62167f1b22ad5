/** Ways to break the secrets themselves, their grants and where their values come from. */
import { markLabel } from "../../../../plan/change-mark.ts";
import { UNKNOWN, type Value } from "../../../fixtures/resources.ts";
import {
	add,
	all,
	bound,
	dropEverywhere,
	edit,
	editVariable,
	having,
	remove,
	set,
	type,
	workload,
} from "../operations.ts";
import {
	accessor,
	always,
	auth,
	authMember,
	editFound,
	frontend,
	grantOf,
	inProduction,
	known,
	line,
	login,
	madeFrom,
	madeInto,
	setFound,
	versionOf,
	type Ways,
	waitsNotFor,
} from "./way.ts";

const secretKey = ["service auth", "variable SECRET_KEY"];
const password = [
	"service auth",
	"variable POSTGRES_PASSWORD",
	"secret postgres-password-staging",
];
const secretId = "projects/netra-staging/secrets/secret-key-staging";
const none = always(() => false);
const generatorOf = (id: string) =>
	madeInto("RandomPassword", versionOf(id), "secretData");
const revoke = editFound(grantOf("secret-key-staging"), (each) => ({
	...each,
	properties: { ...each.properties, member: "user:nobody@netrasystems.ai" },
}));

/** Another text in a URL that is known. */
const changeUrl = (secretId: string, from: RegExp, to: string) =>
	editFound(versionOf(secretId), (each) => ({
		...each,
		properties: {
			...each.properties,
			secretData: String(each.properties.secretData).replace(from, to),
		},
	}));
const record = (name: string, label: string, value: string) =>
	set(workload(name), `template.labels.${label}`, value);

const replicas = (...regions: Value[]): Value => ({
	userManaged: { replicas: regions.map((location) => ({ location })) },
});
const replicated = (replication: Value | undefined) =>
	set(
		having("Secret", "secretId", "secret-key-staging"),
		"replication",
		replication,
	);

export const secrets: Ways = {
	"secret-replication": {
		"regions where the contract says automatic, or other ones than it names": [
			line(
				replicated(replicas("us-central1", "us-east1")),
				"secret secret-key-staging",
				"found the regions us-central1, us-east1; needed automatic",
			),
		],
		"no replication, one without a region, or one that this preview does not know":
			[
				line(
					replicated(undefined),
					"secret secret-key-staging",
					"no replication",
				),
				line(
					replicated(replicas()),
					"secret secret-key-staging",
					"no replication",
				),
				line(replicated(UNKNOWN), "secret secret-key-staging", "does not know"),
				line(
					replicated(replicas("us-east1", UNKNOWN)),
					"secret secret-key-staging",
					"does not know",
				),
			],
	},
	"secret-has-version": {
		"a bound secret without a version": [
			line(
				(resources) =>
					remove(versionOf("secret-key-staging")(resources))(resources),
				...secretKey,
			),
			line(
				all(
					(resources) =>
						remove(versionOf("secret-key-staging")(resources))(resources),
					editVariable(auth, "SECRET_KEY", () => [
						bound("SECRET_KEY", "secret-key-staging", "1"),
					]),
				),
				...secretKey,
			),
		],
		"a disabled version, or one of which this preview does not know whether it is enabled":
			[
				line(
					setFound(versionOf("secret-key-staging"), "enabled", false),
					...secretKey,
					"disabled",
				),
				line(
					setFound(versionOf("secret-key-staging"), "enabled", UNKNOWN),
					...secretKey,
					"does not know",
				),
			],
		"a version that an update would destroy while a revision pins it": [
			line(
				setFound(versionOf("secret-key-staging"), "deletionPolicy", undefined),
				...secretKey,
			),
		],
	},
	"value-provenance": {
		"a literal where a resource's value belongs": [
			line(
				madeFrom(versionOf("postgres-password-staging"), "secretData", none),
				...password,
			),
			line(
				madeFrom(always(login("a")), "password", none),
				"no RandomPassword made",
			),
		],
		"a value made from another resource": [
			line(
				madeFrom(
					versionOf("redis-url-staging"),
					"secretData",
					always(type("DatabaseInstance")),
				),
				"service auth",
				"variable REDIS_URL",
				"one made from gcp:redis/instance:Instance",
			),
		],
		"a password that comes from its generator and not from the login, so that it is published before the login has it":
			[
				line(
					madeFrom(
						versionOf("postgres-password-staging"),
						"secretData",
						madeInto("RandomPassword", always(login("a")), "password"),
					),
					...password,
				),
			],
		"a constant with another value": [
			line(
				setFound(versionOf("service-id-staging"), "secretData", "netra-other"),
				"service auth",
				"variable SERVICE_ID",
				"the constant 'netra-backend'",
			),
			line(
				setFound(versionOf("postgres-port-staging"), "secretData", UNKNOWN),
				"service auth",
				"variable POSTGRES_PORT",
				"the constant '5432'",
			),
		],
		"a version without data, or with write-only data": [
			line(
				setFound(versionOf("secret-key-staging"), "secretData", undefined),
				...secretKey,
			),
		],
	},
	"accessor-granted": {
		"a secret that is read and not granted": [line(revoke, ...secretKey)],
		"a grant that the reader does not wait for": [
			line(
				(resources) =>
					waitsNotFor(
						auth,
						grantOf("secret-key-staging")(resources),
					)(resources),
				...secretKey,
				"does not wait for",
			),
		],
		"a grant under a condition": [
			line(
				setFound(grantOf("secret-key-staging"), "condition", {
					title: "in the morning",
					expression: "request.time.getHours() < 12",
				}),
				...secretKey,
			),
		],
		"a binding or policy that takes the grant away again": [
			line(
				add(
					"gcp:secretmanager/secretIamBinding:SecretIamBinding",
					"only-operators",
					{
						secretId,
						role: accessor,
						members: ["group:operators@netrasystems.ai"],
					},
				),
				...secretKey,
				"only-operators takes away",
			),
			line(
				add(
					"gcp:secretmanager/secretIamPolicy:SecretIamPolicy",
					"whole-policy",
					{ secretId, policyData: UNKNOWN },
				),
				...secretKey,
				"whole-policy takes away",
			),
			line(
				add(
					"gcp:secretmanager/secretIamPolicy:SecretIamPolicy",
					"empty-policy",
					{ secretId, policyData: JSON.stringify({ bindings: [] }) },
				),
				...secretKey,
				"empty-policy takes away",
			),
		],
		"a grant on the whole project": [
			line(
				add("gcp:projects/iAMMember:IAMMember", "all-secrets", {
					project: "netra-staging",
					role: accessor,
					member: authMember,
				}),
				"service auth",
				"opens every secret",
			),
			line(
				add("gcp:projects/iAMPolicy:IAMPolicy", "all-secrets", {
					project: "netra-staging",
					policyData: JSON.stringify({
						bindings: [{ role: accessor, members: [authMember] }],
					}),
				}),
				"service auth",
				"opens every secret",
			),
			line(
				add("gcp:folder/iAMBinding:IAMBinding", "all-secrets", {
					role: accessor,
					members: UNKNOWN,
				}),
				"resource all-secrets",
				"to anybody",
			),
		],
		"a grant of a secret that the service does not bind": [
			line(
				add("gcp:secretmanager/secretIamMember:SecretIamMember", "needless", {
					secretId,
					role: accessor,
					member:
						"serviceAccount:netra-frontend@netra-staging.iam.gserviceaccount.com",
				}),
				"service frontend",
				"secret secret-key-staging",
			),
		],
		"a grant to everybody, or to members that this preview does not know": [
			line(
				add("gcp:secretmanager/secretIamMember:SecretIamMember", "everybody", {
					secretId,
					role: accessor,
					member: "allUsers",
				}),
				"secret secret-key-staging",
			),
			line(
				add("gcp:secretmanager/secretIamMember:SecretIamMember", "somebody", {
					secretId,
					role: accessor,
					member: UNKNOWN,
				}),
				"secret secret-key-staging",
			),
		],
	},
	"shared-secret-equal": {
		"a variable or file with another version than the others": [
			line(
				editVariable(auth, "GOOGLE_OAUTH_CLIENT_ID_STAGING", () => [
					bound(
						"GOOGLE_OAUTH_CLIENT_ID_STAGING",
						"google-oauth-client-id-staging",
						"2",
					),
				]),
				"service auth",
				"variable GOOGLE_OAUTH_CLIENT_ID_STAGING",
				"version 2",
			),
		],
	},
	"no-orphan-secret": {
		"a secret that the contract does not have in this environment": [
			line(
				add("gcp:secretmanager/secret:Secret", "stray", {
					secretId: "stripe-key-staging",
				}),
				"secret stripe-key-staging",
			),
			inProduction(
				add("gcp:secretmanager/secret:Secret", "stray", {
					secretId: "e2e-oauth-simulation-key-production",
				}),
				"secret e2e-oauth-simulation-key-production",
			),
		],
		"a secret that no service binds": [
			line(
				dropEverywhere("OAUTH_HMAC_SECRET"),
				"secret oauth-hmac-secret-staging",
				"no service binds",
			),
		],
		"a secret or version whose secret this preview does not know": [
			line(
				add("gcp:secretmanager/secret:Secret", "hidden", {
					secretId: UNKNOWN,
				}),
				"resource hidden",
			),
			line(
				add("gcp:secretmanager/secretVersion:SecretVersion", "hidden", {
					secret: UNKNOWN,
					secretData: UNKNOWN,
				}),
				"resource hidden",
			),
		],
	},
	"rotation-slots": {
		"a slot without a login, or with several": [
			line(remove(login("b")), "0 logins named netra_b"),
			line(
				(resources) => [
					...resources,
					...resources
						.filter(login("b"))
						.map((each) => ({ ...each, name: "again" })),
				],
				"2 logins named netra_b",
			),
			line(set(login("b"), "name", UNKNOWN), "0 logins named netra_b"),
		],
		"a login that an update would drop": [
			line(set(login("a"), "deletionPolicy", undefined), "would drop"),
		],
		"a password whose keepers have no epoch and retry that this preview knows":
			[
				line(
					setFound(
						madeInto("RandomPassword", always(login("a")), "password"),
						"keepers",
						undefined,
					),
					"slot a without keepers",
				),
				line(
					setFound(
						madeInto("RandomPassword", always(login("b")), "password"),
						"keepers.retry",
						UNKNOWN,
					),
					"slot b without keepers",
				),
				line(
					madeFrom(
						always(login("b")),
						"password",
						always(type("RandomPassword")),
					),
					"slot b without keepers",
				),
			],
		"epochs of the wrong parity, or not one apart": [
			line(
				setFound(
					madeInto("RandomPassword", always(login("a")), "password"),
					"keepers.epoch",
					"7",
				),
				"epoch 7 for slot a",
			),
			line(
				setFound(
					madeInto("RandomPassword", always(login("a")), "password"),
					"keepers.epoch",
					"8",
				),
				"epoch 8 for slot a",
			),
		],
		"a secret made from the login of the other slot, or of both": [
			line(
				madeFrom(
					versionOf("postgres-password-staging"),
					"secretData",
					always(type("User")),
				),
				...password,
			),
			line(
				madeFrom(versionOf("postgres-user-staging"), "secretData", none),
				"service auth",
				"variable POSTGRES_USER",
			),
		],
	},
	"value-matches": {
		"a value that its resource does not have": [
			known(
				setFound(versionOf("postgres-user-staging"), "secretData", "netra_b"),
				"service auth",
				"variable POSTGRES_USER",
				"not the user of 'database'",
			),
			known(
				setFound(
					versionOf("postgres-host-staging"),
					"secretData",
					"/cloudsql/netra-staging:us-central1:other",
				),
				"variable POSTGRES_HOST",
				"not the host of 'database'",
			),
		],
		"a URL whose user, password, database, host or port its resource does not have":
			[
				known(
					changeUrl("database-url-staging", /netra_a:/, "netra_b:"),
					"variable DATABASE_URL",
					"a URL with another user than 'database' has",
				),
				known(
					changeUrl("database-url-staging", /\/netra\?/, "/postgres?"),
					"another name",
				),
				known(
					changeUrl("database-url-staging", /us-central1:/, "us-east1:"),
					"another host",
				),
				known(
					changeUrl("redis-url-staging", /:[^:@/]+@/, ":another-password@"),
					"variable REDIS_URL",
					"another password",
				),
			],
	},
	"login-recorded": {
		"no record of a login that the service binds": [
			line(
				all(
					set(workload(auth), `labels.${markLabel}`, "0f0f0f"),
					set(workload(auth), "template.labels.login", undefined),
				),
				"service auth",
				"no record of its login",
			),
		],
		"a record of other versions than those of its login that the service binds":
			[
				known(
					record(auth, "login-versions", "00000000"),
					"service auth",
					"of other versions",
				),
			],
		"a record of a login in a service or job that binds none": [
			line(
				record(frontend, "login", "e0-r0"),
				"service frontend",
				"a record of a login",
			),
		],
	},
	"generated-strength": {
		"too few digits, or a number that this preview does not know": [
			line(
				setFound(generatorOf("secret-key-staging"), "length", 32),
				...secretKey,
				"too few digits",
			),
			line(
				setFound(generatorOf("secret-key-staging"), "length", UNKNOWN),
				...secretKey,
			),
			line(
				setFound(
					madeInto("RandomPassword", always(login("a")), "password"),
					"length",
					8,
				),
				"too few digits",
			),
		],
		"other characters than hex digits": [
			line(
				setFound(generatorOf("secret-key-staging"), "upper", true),
				...secretKey,
			),
			line(
				setFound(generatorOf("secret-key-staging"), "overrideSpecial", "!"),
				...secretKey,
			),
			line(
				setFound(generatorOf("secret-key-staging"), "special", false),
				...secretKey,
			),
		],
		"a generator that two secrets share": [
			line(
				madeFrom(
					versionOf("service-secret-staging"),
					"secretData",
					generatorOf("jwt-secret-staging"),
				),
				"service auth",
				"variable SERVICE_SECRET",
				"also makes jwt-secret-staging",
			),
		],
		"a value that does not carry its generator's digits": [
			known(
				setFound(
					versionOf("secret-key-staging"),
					"secretData",
					"0a1b2c3d".repeat(8),
				),
				...secretKey,
				"without the digits of the generator",
			),
		],
		"a value of another form than the contract's source": [
			known(
				setFound(
					versionOf("secret-key-staging"),
					"secretData",
					"ABCDEF".repeat(10),
				),
				...secretKey,
			),
			known(
				setFound(
					versionOf("fernet-key-staging"),
					"secretData",
					"0123456789abcdef0123456789abcdef",
				),
				"service auth",
				"variable FERNET_KEY",
			),
		],
	},
	"deletion-protection": {
		"such a resource without protect": [
			inProduction(
				edit(type("DatabaseInstance"), (each) => ({
					...each,
					protect: false,
				})),
				"without protect",
			),
			inProduction(
				edit(type("gcp:sql/database:Database"), (each) => ({
					...each,
					protect: false,
				})),
				"without protect",
			),
			inProduction(
				editFound(generatorOf("fernet-key-production"), (each) => ({
					...each,
					protect: false,
				})),
				"without protect",
			),
		],
		"such a resource whose deletionProtection is off or that this preview does not know":
			[
				inProduction(
					set(type("DatabaseInstance"), "deletionProtection", false),
					"without deletionProtection",
				),
				inProduction(
					set(
						type("gcp:redis/instance:Instance"),
						"deletionProtection",
						UNKNOWN,
					),
					"without deletionProtection",
				),
				inProduction(
					set(
						having("Secret", "secretId", "secret-key-production"),
						"deletionProtection",
						undefined,
					),
					"without deletionProtection",
				),
			],
	},
};
