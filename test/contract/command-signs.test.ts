import { describe, expect, it } from "@jest/globals";
import { commandCarriesSecret } from "../../contract/command-signs.ts";

describe("a command", () => {
	it.each<[string[]]>([
		[["migrate", "--password=s3cr3t"]],
		[["migrate", "--password", "s3cr3t"]],
		[["migrate", "-password=s3cr3t"]],
		[["sh", "-c", "mysqldump --password='s3cr3t' app"]],
		[["sh", "-c", "PGPASSWORD=s3cr3t psql -h db -c 'select 1'"]],
		[["sh", "-c", "export DB_PASS=s3cr3t && migrate"]],
		[["env", "REDIS_AUTH=s3cr3t", "worker"]],
		[["psql", "postgres://u:s3cr3t@10.64.0.3/app"]],
		[["psql", "host=10.64.0.3 user=u password=s3cr3t"]],
		[["worker", "--api-key", "0123456789abcdef"]],
		[["worker", "--auth-token=0123456789abcdef"]],
		[["worker", "--client-secret=GOCSPX-0123"]],
		[["worker", '--config={"user":"u","password":"s3cr3t"}']],
		[["redis-cli", "-h", "10.64.0.4", "-a", "s3cr3t", "ping"]],
		[["redis-cli", "--pass", "s3cr3t", "ping"]],
		[["curl", "-u", "netra:s3cr3t", "https://netra.ai"]],
		[["curl", "-H", "Authorization: Bearer 0123456789", "https://netra.ai"]],
		[["worker", `--key=ghp_${"0aB1".repeat(9)}`]],
		[["--password=$DB_PASS", "--token=s3cr3t"]],
	])("has a secret in it: %j", (words) => {
		expect(commandCarriesSecret(words)).toBe(true);
	});

	it.each<[string[]]>([
		[["migrate", "--password-file=/etc/x"]],
		[["migrate", "--password-file", "/etc/netra/password"]],
		[["psql", "--no-password", "-c", "select 1"]],
		[["psql", "-w", "--no-password", "app"]],
		[["sh", "-c", "migrate --password=$(cat /run/secrets/password)"]],
		[["sh", "-c", 'migrate --password="$(cat /run/secrets/password)" --yes']],
		[["sh", "-c", "migrate --password=$DB_PASS"]],
		[["sh", "-c", "migrate --password $DB_PASS --host db"]],
		[["migrate", "--password=$(DB_PASS)"]],
		[["sh", "-c", 'PGPASSWORD="$DB_PASS" psql -h db']],
		[["sh", "-c", "PGPASSFILE=/etc/netra/pgpass psql -h db"]],
		[["psql", "postgres://u:$DB_PASS@10.64.0.3/app"]],
		[["sh", "-c", "psql postgres://$DB_USER:$(cat /run/password)@db/app"]],
		[["docker-entrypoint", "--password-stdin", "--username", "netra"]],
		[["vault", "--token=/var/run/secrets/token"]],
		[["server", "--ssl-key=/etc/tls/key.pem", "--auth=basic"]],
		[["server", "--token-ttl=3600", "--secret-rotation=30d"]],
		[["server", "--tokenizer", "cl100k_base", "--max-tokens=4096"]],
		[["server", "--require-password=true", "--no-token"]],
		[
			[
				"gcloud",
				"secrets",
				"versions",
				"access",
				"latest",
				"--secret=db-password",
			],
		],
		[["curl", "-H", "Authorization: Bearer $TOKEN", "https://netra.ai"]],
		[["curl", "-u", "$DB_USER:$DB_PASS", "https://netra.ai"]],
		[["server", "--user", "1000:1000", "-u", "app:app"]],
		[["uvicorn", "app:api", "--host", "0.0.0.0", "--port=8080"]],
		[["python", "-m", "app.check_password_policy"]],
		[["node", "scripts/reset-password.js", "--dry-run"]],
		[["check", "backend", "staging", "--json"]],
	])("has none in it: %j", (words) => {
		expect(commandCarriesSecret(words)).toBe(false);
	});
});
