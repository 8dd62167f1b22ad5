import { describe, expect, it } from "@jest/globals";
import {
	commandPointsAtLoopback,
	pointsAtLoopback,
} from "../../contract/loopback.ts";

describe("loopback", () => {
	it.each([
		"localhost",
		"http://localhost:8123",
		"redis://localhost:6379/0",
		"redis://:pw@127.0.0.1:6379",
		"127.1",
		"http://127.0.0.53/",
		"http://[::1]:8123/db",
		"http://0.0.0.0:80",
		"LOCALHOST:6379",
		"postgresql://u:p@localhost./db",
		"a.example.org,localhost:9000",
		"http://[::ffff:127.0.0.1]:80",
		"0.0.0.0",
		"0.0.0.0:6379",
		"[::]:8080",
		"tcp://0.0.0.0:3000",
		"netra:secret@tcp(127.0.0.1:3306)/ghost",
		'{"host":"localhost","port":5432}',
		"host=localhost port=5432 dbname=outline",
		"postgres://10.64.0.3/db?host=127.0.0.1&sslmode=require",
		"localhost.localdomain:25",
		"10.0.0.0/8,127.0.0.1",
		"http://0.0.0.0/0",
		"postgresql://u:p@localhost/db",
		"postgresql://u:p@localhost/db?host=10.0.0.3",
		"postgresql://u:p@localhost/db?host=/cloudsql/a:b:c,localhost",
		"postgresql://u:p@localhost/db?host=/cloudsql/a:b:c&host=localhost",
		"postgresql://u:p@localhost/db?hostaddr=/cloudsql/a:b:c",
		"postgresql://u:p@localhost/db?x=host=/cloudsql/a:b:c&host=db",
		"https://localhost/?a=b",
		'{"url":"ecto://u:p@localhost/db?pool=1"}',
	])("[R-020] sees it in %s", (value) => {
		expect(pointsAtLoopback(value)).toBe(true);
	});

	it.each([
		"https://u:p@ch.example.org:8443/db",
		"rediss://:x@10.64.0.4:6378/0",
		"/cloudsql/netra-staging:us-central1:pg",
		"postgresql://u:p@localhost/db?host=/cloudsql/netra-staging:us-central1:pg",
		"db+postgresql://u:p@localhost/db?host=/cloudsql/a:b:c",
		"postgresql+asyncpg://u:p@localhost/db?host=/cloudsql/a:b:c",
		"postgresql+psycopg://u:p@localhost:5432/db?host=%2Fcloudsql%2Fa:b:c",
		"postgres://u:p@localhost:5432/db?schema=public&host=/cloudsql/a:b:c&x=1",
		"ecto://u:p@localhost/db?socket_dir=/cloudsql/a:b:c",
		'{"url":"ecto://u:p@localhost/db?socket_dir=%2Fcloudsql%2Fa"}',
		"--bind=0.0.0.0:8080 --workers 2",
		"jdbc:postgresql:///db?unixSocketPath=/cloudsql/a:b:c&user=u&password=p",
		"localhost-free.example.org",
		"https://mylocalhost.example.org",
		"10.127.0.1",
		"0.0.0.0/0",
		"10.0.0.0/8, 0.0.0.0/0, ::/0",
		"10.0.0.0",
		"100.0.0.0:80",
		"std::string",
		"Hello, localhosts",
	])("[R-020] does not see it in %s", (value) => {
		expect(pointsAtLoopback(value)).toBe(false);
	});
});

describe("an address to listen at", () => {
	it.each([
		["HOST", "0.0.0.0"],
		["HOST", "::"],
		["HOSTNAME", "0.0.0.0"],
		["BIND", "0.0.0.0:8000"],
		["BIND", "[::]:8000"],
		["N8N_LISTEN_ADDRESS", "0.0.0.0"],
		["N8N_LISTEN_ADDRESS", "::"],
		["LISTEN_IP", "0.0.0.0"],
		["server__host", "0.0.0.0"],
		["GF_SERVER_HTTP_ADDR", "0.0.0.0"],
		["KC_HTTP_HOST", "0.0.0.0"],
		["UVICORN_HOST", "0.0.0.0"],
		["GUNICORN_BIND", "0.0.0.0:8080"],
		["FLASK_RUN_HOST", "0.0.0.0"],
		["NITRO_HOST", "0.0.0.0"],
		["WEB_BIND_ADDRESS", "0.0.0.0"],
		["METRICS_LISTEN_ADDR", "0.0.0.0:9090"],
		["HTTP_ADDRESS", " 0.0.0.0 "],
		["MB_JETTY_HOST", "0.0.0.0"],
		["AIRFLOW__API__HOST", "0.0.0.0"],
		["QDRANT__SERVICE__HOST", "::"],
		["OLLAMA_HOST", "0.0.0.0"],
		["GRADIO_SERVER_NAME", "0.0.0.0"],
		["HASURA_GRAPHQL_SERVER_HOST", "0.0.0.0"],
		["MEILI_HTTP_ADDR", "0.0.0.0:8080"],
		["PUMA_HOST", "[::]:8080"],
		["APP_HOST", "0.0.0.0"],
		["BIND", "tcp://0.0.0.0:3000"],
		["ASPNETCORE_URLS", "http://0.0.0.0:8080;http://[::]:8081"],
		["GUNICORN_CMD_ARGS", "--bind=0.0.0.0:8080"],
		["TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8"],
		["NO_PROXY", "localhost,.example.org"],
	])("is %s=%s", (variable, value) => {
		expect(pointsAtLoopback(value, variable)).toBe(false);
	});

	it.each([
		["HOST", "127.0.0.1"],
		["HOSTNAME", "localhost"],
		["BIND", "localhost:8000"],
		["BIND", "[::1]:8000"],
		["N8N_LISTEN_ADDRESS", "127.0.0.1"],
		["HOST", "http://0.0.0.0"],
		["HOST", "0.0.0.0,127.0.0.1"],
		["HOST", "0.0.0.0/api"],
		["DB_HOST", "0.0.0.0"],
		["PGHOST", "0.0.0.0"],
		["REDIS_HOST", "0.0.0.0:6379"],
		["QUEUE_BULL_REDIS_HOST", "0.0.0.0"],
		["DB_POSTGRESDB_HOST", "::"],
		["database__connection__host", "0.0.0.0"],
		["SMTP_SERVER_HOST", "0.0.0.0"],
		["EMAIL_HOST", "0.0.0.0"],
		["CLICKHOUSE_URL", "http://0.0.0.0:8123"],
		["NEXTAUTH_URL", "http://0.0.0.0:3000"],
		["UPSTREAM", "0.0.0.0:8080"],
		["BACKEND_ADDR", "[::]:8080"],
		["MAILER_CLIENT_HOST", "0.0.0.0"],
		["KAFKA_BROKER", "0.0.0.0"],
		["S3_ENDPOINT", "0.0.0.0:9000"],
		["APP_URLS", "http://0.0.0.0:8080"],
		["APP_HOST", "127.0.0.1"],
		["APP_HOST", "localhost"],
		["TRUSTED_PROXY_URL", "http://127.0.0.1"],
		["PROXY", "127.0.0.1"],
	])("[R-020] is not %s=%s", (variable, value) => {
		expect(pointsAtLoopback(value, variable)).toBe(true);
	});

	it.each([
		[["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8080"]],
		[["gunicorn", "-b", "0.0.0.0:8080", "app"]],
		[["gunicorn", "--bind=[::]:8080", "app"]],
		[["next", "start", "-H", "0.0.0.0"]],
		[["rails", "server", "-b", "0.0.0.0"]],
		[["sh", "-c", "exec uvicorn app:app --host '0.0.0.0' --port $PORT"]],
		[["serve", "--listen-address", "::"]],
		[["worker", "--concurrency=10"]],
	])("is in the command %j", (words) => {
		expect(commandPointsAtLoopback(words)).toBe(false);
	});

	it.each([
		[["--redis", "0.0.0.0"]],
		[["--redis-host", "0.0.0.0"]],
		[["--host", "127.0.0.1"]],
		[["--host=localhost"]],
		[["--host", "0.0.0.0", "--redis", "localhost"]],
		[["--host", "http://0.0.0.0:80"]],
		[["-h", "0.0.0.0"]],
		[["psql", "--host", "0.0.0.0"]],
		[["sh", "-c", "pg_isready --host=0.0.0.0 && node ."]],
		[["0.0.0.0"]],
	])("[R-020] is not in the command %j", (words) => {
		expect(commandPointsAtLoopback(words)).toBe(true);
	});
});
