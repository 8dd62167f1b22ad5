import { describe, expect, it } from "@jest/globals";
import { isPlaceholder } from "../../contract/placeholders.ts";

describe("placeholders", () => {
	it.each([
		"changeme",
		"change-me",
		"CHANGE_ME",
		"your-api-key-here",
		"REPLACE",
		"REPLACE_ME",
		"TODO",
		"example",
		"sk-dummy-key",
		"<password>",
		// biome-ignore lint/suspicious/noTemplateCurlyInString: a shell template that nobody filled in
		"${DATABASE_PASSWORD}",
	])("[R-022] are seen in %s", (value) => {
		expect(isPlaceholder(value)).toBe(true);
	});
	it.each([
		"my-todo-key-0123456789",
		"sample-key-0123456789",
		"a todo list",
		"your password",
		"My secret",
		"example",
		"https://example.com",
		"https://api.netra.ai/?key=your-key-here",
		"rediss://:YOUR_PASSWORD@10.64.0.4:6378",
		"postgres://<user>:<password>@10.64.0.3/db",
	])("[R-022] are seen in the secret %s", (value) => {
		expect(isPlaceholder(value)).toBe(true);
	});

	it.each([
		"Jx<k4>9Qd!mm",
		"a1xxb2xxc3",
		"todolist-0123456789",
		"Q2hhbmdlTWU5OTk5",
		"yourself-0123",
	])("are not seen in the secret %s", (value) => {
		expect(isPlaceholder(value)).toBe(false);
	});

	it.each([
		"changeme",
		"Change-Me!",
		"TODO",
		"todo",
		"TODO: the real host",
		"TODO_SET_THIS",
		"https://netra.ai/TODO",
		"https://todo/",
		"https://u:todo@netra.ai",
		"a,todo,b",
		"xxx",
		"G-XXXXXXXX",
		"xxx@netra.ai",
		"tbd",
		"FIXME later",
		"<host>",
		"<your host>",
		"https://<host>:8443/",
		"your-domain.com",
		"your_value_here",
		"your api key here",
		"Your password",
		"my-secret",
		"replace-me",
		"REPLACE",
		"insert-here",
		"example",
		"https://help.example.org",
		"noreply@example.com",
		"dummy-model",
		"{{ HOST }}",
		// biome-ignore lint/suspicious/noTemplateCurlyInString: a shell template that nobody filled in
		"${HOST}",
	])("[R-022] are seen in the text %s", (value) => {
		expect(isPlaceholder(value, "text")).toBe(true);
	});

	it.each([
		"Todo app",
		"The todo list for teams",
		"A sample of our work",
		"For example, a dummy text",
		"Search and replace",
		"Your company, your rules",
		"My key figures",
		"todo-app",
		"todo_production",
		"https://todo.netra.ai/sample/list",
		"sample_rate=0.1",
		"parentbased_traceidratio",
		"find-replace",
		"Netra <noreply@netra.ai>",
		"<p>Imprint</p>",
		"Hello {{name}}",
		"samples",
		"replaced",
		"xx-small",
	])("are not seen in the text %s", (value) => {
		expect(isPlaceholder(value, "text")).toBe(false);
	});
});
