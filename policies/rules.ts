/** Every rule of the pack, in the order of the generated table. */
import type { Rule } from "./rule.ts";
import { accessorGranted } from "./rules/accessor-granted.ts";
import { alertsPresent } from "./rules/alerts-present.ts";
import { alternativesExclusive } from "./rules/alternatives-exclusive.ts";
import { bindingsStatic } from "./rules/bindings-static.ts";
import { bucketPrivate } from "./rules/bucket-private.ts";
import { callers } from "./rules/callers.ts";
import { connectionBudget } from "./rules/connection-budget.ts";
import { contractComplete } from "./rules/contract-complete.ts";
import { criticalList } from "./rules/critical-list.ts";
import { deletionProtection } from "./rules/deletion-protection.ts";
import { environmentMatches } from "./rules/environment-matches.ts";
import { gateGenuine } from "./rules/gate-genuine.ts";
import { generatedStrength } from "./rules/generated-strength.ts";
import { ignoredChanges } from "./rules/ignored-changes.ts";
import { imageDigest } from "./rules/image-digest.ts";
import { ingress } from "./rules/ingress.ts";
import { loginRecorded } from "./rules/login-recorded.ts";
import { networkPath } from "./rules/network-path.ts";
import { noCheckBypass } from "./rules/no-check-bypass.ts";
import { noDuplicateBinding } from "./rules/no-duplicate-binding.ts";
import { noKeyFile } from "./rules/no-key-file.ts";
import { noLoopback } from "./rules/no-loopback.ts";
import { noOrphanSecret } from "./rules/no-orphan-secret.ts";
import { noPlaceholder } from "./rules/no-placeholder.ts";
import { oneRelease } from "./rules/one-release.ts";
import { openedOnce } from "./rules/opened-once.ts";
import { probes } from "./rules/probes.ts";
import { redisAuthTls } from "./rules/redis-auth-tls.ts";
import { rotationSlots } from "./rules/rotation-slots.ts";
import { secondKey } from "./rules/second-key.ts";
import { secretHasVersion } from "./rules/secret-has-version.ts";
import { secretNotPlaintext } from "./rules/secret-not-plaintext.ts";
import { secretReplication } from "./rules/secret-replication.ts";
import { serviceAccountOwn } from "./rules/service-account-own.ts";
import { servicePresent } from "./rules/service-present.ts";
import { serving } from "./rules/serving.ts";
import { sharedSecretEqual } from "./rules/shared-secret-equal.ts";
import { siblingUrls } from "./rules/sibling-urls.ts";
import { socketWithoutSsl } from "./rules/socket-without-ssl.ts";
import { sqlBackups } from "./rules/sql-backups.ts";
import { sqlPrivateEncrypted } from "./rules/sql-private-encrypted.ts";
import { startOrder } from "./rules/start-order.ts";
import { startupBudget } from "./rules/startup-budget.ts";
import { targetCorrect } from "./rules/target-correct.ts";
import { unknownName } from "./rules/unknown-name.ts";
import { urlForm } from "./rules/url-form.ts";
import { valueMatches } from "./rules/value-matches.ts";
import { valueProvenance } from "./rules/value-provenance.ts";
import { versionPinned } from "./rules/version-pinned.ts";
import { waiversValid } from "./rules/waivers-valid.ts";

export const rules: readonly Rule[] = [
	servicePresent,
	contractComplete,
	bindingsStatic,
	secretNotPlaintext,
	targetCorrect,
	versionPinned,
	secretHasVersion,
	valueProvenance,
	valueMatches,
	accessorGranted,
	noDuplicateBinding,
	alternativesExclusive,
	unknownName,
	sharedSecretEqual,
	noOrphanSecret,
	secretReplication,
	criticalList,
	secondKey,
	environmentMatches,
	noKeyFile,
	noCheckBypass,
	noLoopback,
	noPlaceholder,
	socketWithoutSsl,
	urlForm,
	siblingUrls,
	imageDigest,
	oneRelease,
	probes,
	startupBudget,
	startOrder,
	gateGenuine,
	networkPath,
	sqlPrivateEncrypted,
	sqlBackups,
	connectionBudget,
	serving,
	redisAuthTls,
	bucketPrivate,
	deletionProtection,
	ingress,
	callers,
	openedOnce,
	serviceAccountOwn,
	rotationSlots,
	loginRecorded,
	ignoredChanges,
	generatedStrength,
	alertsPresent,
	waiversValid,
];
