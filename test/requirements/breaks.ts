/**
 * Beside each row of `docs/requirements.md` that is built: ways to break the product so that the row no longer holds. For
 * each, a test that carries the row's id must fail; `npm run prove` breaks a copy of the checkout and looks.
 *
 * A break is the failure that the row is about, not just any damage, and its tests are the quickest that see it.
 */

export type Break = {
	/** What no longer holds. */
	what: string;
	/** A file of the product, from the checkout's root. */
	path: string;
	/** A text that stands in the file exactly once. */
	from: string;
	to: string;
	/** The test files in which a test with the row's id must fail. */
	tests: readonly string[];
	/** What the titles of these tests hold too, where others with the id take long. @default every title */
	titled?: string;
};

const program = ["test/components/program.test.ts"];
const rulesOfThePack = ["test/policies/ways.test.ts"];
const pack = ["test/policies/pack.test.ts"];
const bindings = ["test/contract/bindings.test.ts"];
const configuration = ["test/preflight/configuration.test.ts"];

export const breaks: Readonly<Record<string, readonly Break[]>> = {
	"R-001": [
		{
			what: "the secrets keep the login that no longer serves",
			path: "components/database.ts",
			from: "const target = users[args.rotation.target];",
			to: "const target = users.b;",
			tests: program,
		},
		{
			what: "a value that was copied passes the pack",
			path: "policies/rules/value-provenance.ts",
			from: "return absent.length === 0",
			to: "return true",
			tests: rulesOfThePack,
		},
		{
			what: "the user in the password's place passes the pack",
			path: "policies/rules/value-matches.ts",
			from: "isHeld(text, wanted)) === false",
			to: "isHeld(text, wanted)) === undefined",
			tests: rulesOfThePack,
		},
	],
	"R-002": [
		{
			what: "a rotation changes both logins",
			path: "plan/rotation.ts",
			from: "return slotOf(epoch) === slot ? epoch : epoch - 1;",
			to: "return epoch;",
			tests: ["test/plan/rotation.test.ts"],
		},
	],
	"R-004": [
		{
			what: "nothing executes the preflight job",
			path: "components/contract-service.ts",
			from: "runExecutionToken: planned.token,",
			to: "",
			tests: program,
		},
		{
			what: "a service that does not wait for its preflight passes the pack",
			path: "policies/rules/start-order.ts",
			from: "if (!stack.comesAfter(workload.resource, resource)) {",
			to: "if (false) {",
			tests: rulesOfThePack,
		},
	],
	"R-010": [
		{
			what: "libpq's sslmode is sent to asyncpg",
			path: "contract/connection-strings.ts",
			from: 'tls: () => [["ssl", "verify-ca"]],',
			to: "tls: libpqTls,",
			tests: ["test/connection-strings/builders.test.ts"],
		},
	],
	"R-011": [
		{
			what: "a socket's URL carries sslmode",
			path: "contract/connection-strings.ts",
			// biome-ignore lint/suspicious/noTemplateCurlyInString: source text
			from: "[`host=${socketIn(driver, via)}`]",
			// biome-ignore lint/suspicious/noTemplateCurlyInString: source text
			to: '[`host=${socketIn(driver, via)}`, "sslmode=require"]',
			tests: program,
		},
		{
			what: "such a URL passes the pack",
			path: "policies/rules/socket-without-ssl.ts",
			from: "isSocket(url) && tls.length > 0",
			to: "isSocket(url) && false",
			tests: rulesOfThePack,
		},
	],
	"R-012": [
		{
			what: "a second builder writes ClickHouse's URL",
			path: "components/store-values.ts",
			from: "clickhouseUrl({ ...address, password }),",
			// biome-ignore lint/suspicious/noTemplateCurlyInString: source text
			to: "`https://${address.user}:${password}@${address.host}:8443/netra`,",
			tests: ["test/connection-strings/one-builder.test.ts"],
			titled: "are written by one file alone",
		},
		{
			what: "preflight puts right what a service would not take",
			path: "preflight/access.ts",
			from: "if (rebuilt(() => redisUrl(driver, login)) !== url) {",
			to: "if (false) {",
			tests: ["test/connection-strings/one-builder.test.ts"],
			titled: "is refused by preflight's reader",
		},
	],
	"R-020": [
		{
			what: "a URL that points at localhost:8123 is taken for right",
			path: "contract/loopback.ts",
			from: 'loopbackHosts.test(withoutListening(text.replaceAll(everyRange, "$1")))',
			to: 'text === "localhost"',
			tests: ["test/contract/loopback.test.ts"],
		},
		{
			what: "a service may do without ClickHouse's URL",
			path: "contract/platform.ts",
			from: 'source: { from: "clickhouse.url" },\n\t\t\tcriticalIn: ["backend"],',
			to: 'source: { from: "clickhouse.url" },\n\t\t\tcriticalIn: [],',
			tests: bindings,
		},
	],
	"R-021": [
		{
			what: "Redis' URL is one without TLS",
			path: "contract/connection-strings.ts",
			from: "const url = `rediss://",
			to: "const url = `redis://",
			tests: program,
		},
		{
			what: "the instance asks nobody for AUTH",
			path: "components/redis.ts",
			from: "authEnabled: true,",
			to: "authEnabled: false,",
			tests: program,
		},
		{
			what: "an instance without AUTH passes the pack",
			path: "policies/rules/redis-auth-tls.ts",
			from: '["authEnabled", "true"],',
			to: "",
			tests: rulesOfThePack,
		},
	],
	"R-022": [
		{
			what: "a default stands in for a variable that is missing",
			path: "preflight/configuration.ts",
			from: "const isSet = ({ variable }: Expectation) => held[variable] !== undefined;",
			to: 'const isSet = ({ variable }: Expectation) =>\n\t\t(held[variable] ?? "default") !== undefined;',
			tests: ["test/preflight/no-defaults.test.ts"],
		},
		{
			what: "code gives a critical name a value of its own",
			path: "preflight/redis-login.ts",
			from: "): Given<RedisLogin> | undefined {",
			to: '): Given<RedisLogin> | undefined {\n\tvalues.variables.REDIS_URL ??= "localhost";',
			tests: ["test/contract/no-defaults.test.ts"],
		},
		{
			what: "an external secret that the stack does not name is no error",
			path: "contract/stack-config.ts",
			from: "if (!Object.hasOwn(externalSecrets, id) && !Object.hasOwn(adopted, id)) {",
			to: "if (false) {",
			tests: ["test/contract/no-defaults.test.ts"],
		},
	],
	"R-030": [
		{
			what: "a service lacks the first of its secrets",
			path: "contract/bindings.ts",
			from: "secrets: Object.entries(contract.secrets).flatMap(",
			to: "secrets: Object.entries(contract.secrets).slice(1).flatMap(",
			tests: bindings,
		},
		{
			what: "a variable that is missing passes the pack",
			path: "policies/rules/contract-complete.ts",
			from: "for (const { variable, secretId } of secrets) {\n\t\tif (!names.has(variable)) {",
			to: "for (const { variable, secretId } of secrets) {\n\t\tif (false) {",
			tests: rulesOfThePack,
		},
		{
			what: "preflight does not miss it either",
			path: "preflight/configuration.ts",
			from: "const all = [...missing, ...wrong, ...problems];",
			to: "const all = [...wrong, ...problems];",
			tests: configuration,
		},
	],
	"R-031": [
		{
			what: "what the pack finds is only a remark",
			path: "policies/pack.ts",
			from: "enforcementLevel: level,",
			to: 'enforcementLevel: "advisory",',
			tests: pack,
		},
		{
			what: "a change that the API rejected is not sent again",
			path: "plan/change-mark.ts",
			// biome-ignore lint/suspicious/noTemplateCurlyInString: source text
			from: "carried?.startsWith(`${hash}-`)",
			to: "carried",
			tests: ["test/plan/change-mark.test.ts"],
		},
	],
	"R-032": [
		{
			what: "every service may read every secret",
			path: "components/platform-secrets.ts",
			from: "secretsReadBy(platform, service, config.environment).includes(id),",
			to: "true,",
			tests: program,
		},
		{
			what: "a secret that no service binds passes the pack",
			path: "policies/rules/no-orphan-secret.ts",
			from: ": !used.has(secretId)",
			to: ": false",
			tests: rulesOfThePack,
		},
	],
	"R-040": [
		{
			what: "every environment calls itself staging",
			path: "contract/bindings.ts",
			from: "return environment;",
			to: 'return "staging";',
			tests: bindings,
		},
	],
	"R-041": [
		{
			what: "services run as the project's default account",
			path: "components/template.ts",
			from: "serviceAccount: args.account,",
			to: "",
			tests: program,
		},
		{
			what: "preflight lets a key file pass",
			path: "policies/second-key.json",
			from: '"GOOGLE_APPLICATION_CREDENTIALS": ',
			to: '"GOOGLE_APPLICATION": ',
			tests: configuration,
		},
		{
			what: "a key file passes the pack",
			path: "policies/rules/no-key-file.ts",
			from: "({ name }) => known(name) === keyFile",
			to: "() => false",
			tests: rulesOfThePack,
		},
	],
	"R-042": [
		{
			what: "a critical name that contract and stack lost is not missed",
			path: "policies/rules/critical-list.ts",
			from: "if (!list?.some((each) => each.variable === variable)) {",
			to: "if (false) {",
			tests: pack,
		},
		{
			what: "the second key lost SECRET_KEY of auth",
			path: "policies/second-key.json",
			from: '"SECRET_KEY": { "secret": "secret-key", "why": "an unrelated edit once dropped it, and auth did not start" },',
			to: "",
			tests: pack,
		},
		{
			what: "the table of bindings does not show one that is lost",
			path: "tools/binding-report.ts",
			from: 'version: "NOT BOUND",',
			to: 'version: "1",',
			tests: ["test/tools/binding-report.test.ts"],
		},
	],
	"R-043": [
		{
			what: "a contract may bind both ways to Redis",
			path: "policies/rules/alternatives-exclusive.ts",
			from: "group.filter((member) => member.some(isBound)).length === 1",
			to: "true",
			tests: ["test/policies/second-key.test.ts"],
		},
		{
			what: "both ways to Redis pass the pack",
			path: "policies/rules/alternatives-exclusive.ts",
			from: "used.length > 1 ?",
			to: "false ?",
			tests: rulesOfThePack,
		},
	],
	"R-044": [
		{
			what: "no suggestion comes with a misspelt name",
			path: "contract/nearest.ts",
			from: "return best?.name;",
			to: "return undefined;",
			tests: pack,
		},
		{
			what: "a misspelt name passes the pack",
			path: "policies/rules/unknown-name.ts",
			from: "if (variable !== undefined && !variables.has(variable)) {",
			to: "if (false) {",
			tests: rulesOfThePack,
		},
	],
	"R-045": [
		{
			what: "different keys hold one value",
			path: "components/generated.ts",
			from: "return new RandomPassword(\n\t\tname,",
			to: 'return new RandomPassword(\n\t\t"key",',
			tests: program,
		},
		{
			what: "two versions of one shared secret pass the pack",
			path: "policies/rules/shared-secret-equal.ts",
			from: "if (counts.size > 1 && use.version !== most) {",
			to: "if (false) {",
			tests: rulesOfThePack,
		},
	],
	"R-046": [
		{
			what: "services call each other in plain text",
			path: "contract/bindings.ts",
			from: 'value.scheme ?? "https"',
			to: 'value.scheme ?? "http"',
			tests: bindings,
		},
		{
			what: "a sibling's URL in plain text passes the pack",
			path: "policies/rules/sibling-urls.ts",
			from: 'const encrypted = scheme === "https" || scheme === "wss";',
			to: "const encrypted = true;",
			tests: rulesOfThePack,
		},
		{
			what: "a URL of a host that nobody declared passes the pack",
			path: "policies/rules/sibling-urls.ts",
			from: "if (!hosts.every((host) => allowed.has(host))) {",
			to: "if (false) {",
			tests: rulesOfThePack,
		},
	],
	"R-050": [
		{
			what: "a release may name an image by a tag",
			path: "contract/release.ts",
			from: "@sha256:[0-9a-f]{64}$/",
			to: "(@sha256:[0-9a-f]{64}|:[a-z]+)$/",
			tests: ["test/contract/release.test.ts"],
		},
		{
			what: "any image passes the pack in a service whose image somebody else builds",
			path: "policies/rules/image-digest.ts",
			from: "isFrom: (image) => image.startsWith(",
			to: "isFrom: (image) => image !== (",
			tests: ["test/policies/contract-choices.test.ts"],
		},
		{
			what: "images of two releases pass the pack",
			path: "policies/rules/one-release.ts",
			from: 'if (release?.state !== "known" || release.value !== most) {',
			to: "if (false) {",
			tests: rulesOfThePack,
		},
	],
	"R-051": [
		{
			what: "the check job is not made",
			path: "components/contract-service.ts",
			from: "return contract.checkCommand === undefined",
			to: "return true",
			tests: ["test/components/check-command.test.ts"],
		},
		{
			what: "the check runs in another image than the service's own",
			path: "components/contract-service.ts",
			from: "image: service,",
			to: "image: preflightImage,",
			tests: ["test/components/check-command.test.ts"],
		},
	],
	"R-060": [
		{
			what: "the startup probe gives up before the service can be ready",
			path: "components/template.ts",
			from: "contract.startBudgetSeconds / startupPeriodSeconds,",
			to: "15 / startupPeriodSeconds,",
			tests: program,
		},
		{
			what: "liveness asks what checks dependencies",
			path: "components/template.ts",
			from: "path: contract.livenessPath,",
			to: "path: contract.startupPath,",
			tests: program,
		},
		{
			what: "a start time that no probe covers passes the pack",
			path: "policies/rules/startup-budget.ts",
			from: "budget.total < seconds ||",
			to: "",
			tests: rulesOfThePack,
		},
	],
	"R-061": [
		{
			what: "services do not wait for the grants on their buckets",
			path: "components/contract-service.ts",
			from: "...args.bucketGrants,",
			to: "",
			tests: ["test/components/bucket.test.ts"],
		},
		{
			what: "a bucket that everybody can open passes the pack",
			path: "policies/rules/bucket-private.ts",
			from: 'if (!is(prevention, "enforced")) {',
			to: "if (false) {",
			tests: ["test/policies/buckets.test.ts"],
		},
		{
			what: "services do not wait for both logins",
			path: "components/contract-service.ts",
			from: "...args.logins",
			to: "",
			tests: ["test/components/start-order.test.ts"],
		},
		{
			what: "a service that does not wait for its stores passes the pack",
			path: "policies/rules/start-order.ts",
			from: "if (!stack.comesAfter(workload.resource, other)) {",
			to: "if (false) {",
			tests: rulesOfThePack,
		},
	],
	"R-062": [
		{
			what: "the first refused connection is the last",
			path: "preflight/retry.ts",
			from: "retries: Number.POSITIVE_INFINITY,",
			to: "retries: 0,",
			tests: ["test/preflight/retry.test.ts"],
		},
		{
			what: "a wrong password is tried until the budget ends",
			path: "preflight/retry.ts",
			from: "error instanceof Failure && !error.definite",
			to: "error instanceof Failure",
			tests: ["test/preflight/retry.test.ts"],
		},
	],
	"R-063": [
		{
			what: "the pack does not say in which environment",
			path: "policies/judge.ts",
			// biome-ignore lint/suspicious/noTemplateCurlyInString: source text
			from: "`environment ${environment}`,",
			to: "",
			tests: pack,
		},
		{
			what: "preflight prints a password as a driver spells it",
			path: "preflight/redaction.ts",
			from: 'bytes.toString("hex"),',
			to: "",
			tests: ["test/preflight/redaction.test.ts"],
			titled: "holds a secret in no spelling",
		},
	],
	"R-070": [
		{
			what: "an update destroys the versions that a rollback needs",
			path: "components/secret.ts",
			from: 'deletionPolicy: "ABANDON",',
			to: 'deletionPolicy: "DELETE",',
			tests: program,
		},
		{
			what: "prune destroys what the revision before pins",
			path: "plan/prune.ts",
			from: "login === epoch || login === epoch - 1",
			to: "login === epoch",
			tests: ["test/plan/prune.test.ts"],
		},
	],
	"R-080": [
		{
			what: "staging is configured as nobody reviewed",
			path: "Pulumi.staging.yaml",
			from: "netra-platform:rotationEpoch: 0",
			to: "netra-platform:rotationEpoch: 0\n  netra-platform:dataProtection: false",
			tests: ["test/recorded-plan/recorded-plan.test.ts"],
			titled: "of staging",
		},
	],
	"R-090": [
		{
			what: "a critical secret may be bound to whatever version is newest",
			path: "policies/rules/version-pinned.ts",
			from: "const found = secret && unpinned(evidence, workload, secret);",
			to: "const found = undefined;",
			tests: ["test/policies/regressions.test.ts"],
		},
	],
	"R-100": [
		{
			what: "a revision that somebody made by hand is replaced without a word",
			path: "plan/serving.ts",
			from: 'change !== "nothing" && !allowed(args, [revision]),',
			to: "false,",
			tests: ["test/plan/serving.test.ts"],
		},
		{
			what: "requests that somebody moved by hand are moved back without a word",
			path: "plan/serving.ts",
			from: "...(moved !== undefined && !allowed(args, moved.to)",
			to: "...(moved !== undefined && false",
			tests: ["test/plan/serving.test.ts"],
		},
	],
	"R-101": [
		{
			what: "what left the contract is deleted, whatever revision binds it",
			path: "plan/retention.ts",
			from: "!declared.has(keyOf(each.type, each.name)),",
			to: "false,",
			tests: ["test/plan/retention.test.ts"],
		},
		{
			what: "data is replaced without a word",
			path: "plan/replacement.ts",
			from: "({ bound }) => bound || dataProtection",
			to: "({ bound }) => bound",
			tests: ["test/plan/replacement.test.ts"],
		},
		{
			what: "what left the contract is deleted",
			path: "program.ts",
			from: "retain(retired, secrets, identities, buckets);",
			to: "",
			tests: ["test/components/retention.test.ts"],
		},
		{
			what: "what somebody deleted is not forgotten",
			path: "components/retention.ts",
			from: "await stillThere(left, config)",
			to: "(await stillThere(left, config), left)",
			tests: ["test/components/retention.test.ts"],
		},
		{
			what: "a role that left the contract is taken away",
			path: "plan/retention.ts",
			from: '[types.projectRole]: ["project", "role", "member"],',
			to: "",
			tests: ["test/plan/retention.test.ts"],
		},
		{
			what: "a subnet that moves is replaced",
			path: "plan/fixed-inputs.ts",
			from: "contains(declared, was)",
			to: "true",
			tests: ["test/plan/replacement.test.ts"],
		},
		{
			what: "an input for which the provider replaces is not looked at",
			path: "plan/fixed-inputs.ts",
			from: 'row(instance, "connectMode", "PRIVATE_SERVICE_ACCESS", takeAlong),',
			to: "",
			tests: ["test/components/fixed-inputs.test.ts"],
		},
		{
			what: "prune takes away what a revision needs",
			path: "plan/prune.ts",
			from: "uses(revision, thing) &&",
			to: "false &&",
			tests: ["test/tools/prune.test.ts"],
		},
		{
			what: "a revision is pinned whose secret is gone",
			path: "local/types/traffic.ts",
			from: "history.unstartable = Object.fromEntries(problems);",
			to: "",
			tests: ["test/local/cloud-run.test.ts"],
		},
		{
			what: "the pack rejects what stays",
			path: "policies/stack.ts",
			from: "judgedOf(resources, planned)",
			to: "resources",
			tests: ["test/policies/retired.test.ts"],
		},
	],
	"R-102": [
		{
			what: "a version that somebody disabled is no difference",
			path: "plan/drift.ts",
			from: 'return found === undefined || found.state === "ENABLED"',
			to: 'return found?.state !== "DESTROYED"',
			tests: ["test/plan/drift.test.ts"],
		},
		{
			what: "a grant that somebody took away is none",
			path: "plan/drift.ts",
			from: "return policy === undefined || mayRead(policy, serviceAccount)",
			to: "return true",
			tests: ["test/plan/drift.test.ts"],
		},
	],
	"R-103": [
		{
			what: "a critical name may be on another secret",
			path: "policies/key-comparison.ts",
			from: "found.secret !== secret",
			to: "false",
			tests: ["test/policies/second-key.test.ts"],
		},
		{
			what: "a critical name may have another value",
			path: "policies/key-comparison.ts",
			from: "!isSame(plain, value)",
			to: "false",
			tests: ["test/policies/second-key.test.ts"],
		},
		{
			what: "two services may be on one host",
			path: "contract/host-problems.ts",
			from: "!isLocalCopy(other, each)",
			to: "false",
			tests: ["test/contract/schema.test.ts"],
		},
		{
			what: "production may have the key of test logins",
			path: "policies/second-key.json",
			from: '"e2e-*"',
			to: '"e3e-*"',
			tests: ["test/policies/second-key.test.ts"],
		},
		{
			what: "the second key lost where NEXT_PUBLIC_API_URL comes from",
			path: "policies/second-key.json",
			from: '"NEXT_PUBLIC_API_URL": { "value": { "from": "url", "of": "backend" }, "why": "pages call backend there" },',
			to: "",
			tests: ["test/policies/second-key.test.ts"],
		},
	],
};
