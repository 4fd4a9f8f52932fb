import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { createClient, receiveCount, unique } from "./support.mjs";

const client = createClient();
const rules = client.createRuleManager("ruled", "changing");
const sender = client.createSender("ruled");
const receiver = client.createReceiver("ruled", "changing", { receiveMode: "receiveAndDelete" });
after(() => receiver.close());

beforeEach(async () => {
  for (const { name } of await rules.getRules()) await rules.deleteRule(name);
});

// Sends these messages and one that the last rule added takes, and says what came.
async function bodiesOf(messages) {
  const end = unique("end");
  await rules.createRule("end", { sqlExpression: `user.[end] = '${end}'` });
  const sessionId = unique("rules");
  await sender.sendMessages(
    [...messages, { body: "end", applicationProperties: { end } }].map((message) => ({ sessionId, ...message })),
  );
  const bodies = [];
  while (bodies.at(-1) !== "end") bodies.push((await receiveCount(receiver, 1))[0].body);
  return bodies.slice(0, -1);
}

test("a subscription begins with the rule that takes everything", async () => {
  const fresh = client.createRuleManager("ruled", "fresh");

  const found = await fresh.getRules();

  assert.deepEqual(found, [{ name: "$Default", filter: { sqlExpression: "1=1" }, action: {} }]);
});

test("a SQL rule takes what its expression says, by system and user properties", async () => {
  await rules.createRule("sql", {
    sqlExpression: "(sys.Label LIKE 'ord%' AND Size > 5) OR (EXISTS(rush) AND NOT [rush] = FALSE) OR sys.CorrelationId IN ('c1', 'c2')",
  });

  const bodies = await bodiesOf([
    { body: "by label", subject: "order", applicationProperties: { size: 6 } },
    { body: "too small", subject: "order", applicationProperties: { size: 5 } },
    { body: "no size", subject: "order" },
    { body: "rush", applicationProperties: { rush: true } },
    { body: "no rush", applicationProperties: { rush: false } },
    { body: "by correlation", correlationId: "c2" },
    { body: "nothing" },
  ]);

  assert.deepEqual(bodies, ["by label", "rush", "by correlation"]);
});

test("a correlation rule takes what is equal in every point", async () => {
  await rules.createRule("correlation", { subject: "note", applicationProperties: { color: "red", size: 7 } });

  const bodies = await bodiesOf([
    { body: "yes", subject: "note", applicationProperties: { color: "red", size: 7 } },
    { body: "other color", subject: "note", applicationProperties: { color: "Red", size: 7 } },
    { body: "other subject", subject: "Note", applicationProperties: { color: "red", size: 7 } },
  ]);

  assert.deepEqual(bodies, ["yes"]);
});

test("rules are told as they were made", async () => {
  await rules.createRule("sql", { sqlExpression: "color = 'red'" });
  await rules.createRule("none", { sqlExpression: "1=0" });
  await rules.createRule("correlation", { correlationId: "c", applicationProperties: { size: 7, color: "red" } });

  const found = await rules.getRules();

  assert.deepEqual(found.map((rule) => rule.name), ["sql", "none", "correlation"]);
  assert.equal(found[0].filter.sqlExpression, "color = 'red'");
  assert.equal(found[1].filter.sqlExpression, "1=0");
  assert.equal(found[2].filter.correlationId, "c");
  assert.deepEqual(found[2].filter.applicationProperties, { size: 7, color: "red" });
});

test("rules are listed in pages", async () => {
  for (let i = 0; i < 5; i++) await rules.createRule(`r${i}`, { sqlExpression: `a = ${i}` });

  const pages = [];
  for await (const page of rules.listRules().byPage({ maxPageSize: 2 })) pages.push(page.map((rule) => rule.name));

  assert.deepEqual(pages, [["r0", "r1"], ["r2", "r3"], ["r4"]]);
});

test("a rule that was deleted takes nothing any more", async () => {
  await rules.createRule("all", { sqlExpression: "1=1" });
  await rules.deleteRule("all");

  assert.deepEqual(await bodiesOf([{ body: "unwanted" }]), []);
});

test("errors of rules have their codes", async () => {
  await rules.createRule("twice", { sqlExpression: "1=1" });

  await assert.rejects(rules.createRule("Twice", { sqlExpression: "1=1" }), { code: "MessagingEntityAlreadyExists" });
  await assert.rejects(rules.deleteRule("missing"), { code: "MessagingEntityNotFound" });
  await assert.rejects(rules.createRule("bad", { sqlExpression: "a = = 1" }), /line 1, column 5/);
  await assert.rejects(rules.createRule("long", { sqlExpression: `a = '${"x".repeat(1_030)}'` }), /at most 1024/);
  await assert.rejects(
    rules.createRule("acting", { sqlExpression: "1=1" }, { sqlExpression: "SET a = 1" }),
    /SQL actions are not supported/,
  );
  const nowhere = client.createRuleManager("ruled", "missing");
  await assert.rejects(nowhere.getRules(), { code: "MessagingEntityNotFound" });
});

test("a SQL filter of the configuration decides too", async () => {
  const large = client.createReceiver("ruled", "sql", { receiveMode: "receiveAndDelete" });
  const order = (amount, country) => ({
    body: `${amount} ${country}`,
    subject: "order",
    sessionId: unique("sql"),
    applicationProperties: { amount, country },
  });
  await sender.sendMessages([order(99, "de"), order(100, "aq"), order(100.5, "de")]);

  const [message] = await receiveCount(large, 1);

  assert.equal(message.body, "100.5 de");
  assert.deepEqual(await large.receiveMessages(1, { maxWaitTimeInMs: 200 }), []);
  await large.close();
});
