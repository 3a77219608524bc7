// What a change of a deployment does to each resource, as the CDK CLI judges it. Standard input: by the name of a
// deployment, both templates (see commands/flattened.py) and the addresses that are replaced whatever they say.

const { diffTemplate, ResourceImpact } = require("@aws-cdk/cloudformation-diff");
const { loadResourceModel } = require("@aws-cdk/cloudformation-diff/lib/diff/util");
const fs = require("node:fs");

const AS_TEXT = "\u0000";
const REPLACED = " (replaced)";

function judge({ before, after, renewed }) {
  const told = diffTemplate(before, after);
  const { whole, replaced } = withConsequences(before, after, renewed);
  const addresses = new Set([...told.resources.logicalIds, ...whole.resources.logicalIds, ...renewed]);
  return {
    resources: [...addresses].sort().map((address) =>
      resource(address, { before, after, told, whole, replaced: replaced.has(address) }),
    ),
    statements: [
      ...told.iamChanges.statements.additions.map((each) => ({ sign: "+", ...each.render() })),
      ...told.iamChanges.statements.removals.map((each) => ({ sign: "-", ...each.render() })),
    ],
    managedPolicies: [
      ...told.iamChanges.managedPolicies.additions.map((each) => managedPolicy("+", each)),
      ...told.iamChanges.managedPolicies.removals.map((each) => managedPolicy("-", each)),
    ],
    rules: [
      ...told.securityGroupChanges.ingress.additions.map((each) => rule("+", "in", each)),
      ...told.securityGroupChanges.ingress.removals.map((each) => rule("-", "in", each)),
      ...told.securityGroupChanges.egress.additions.map((each) => rule("+", "out", each)),
      ...told.securityGroupChanges.egress.removals.map((each) => rule("-", "out", each)),
    ],
    parameters: named(told.parameters),
    outputs: named(told.outputs),
    others: [
      ...(told.description ? [{ name: "Description", ...pair(told.description) }] : []),
      ...named(told.conditions, "Conditions."),
      ...named(told.mappings, "Mappings."),
      ...named(told.unknown),
    ],
  };
}

// The library follows a reference only where it is the whole value; here it is followed inside Fn::Join and its kin, too.
function withConsequences(before, after, renewed) {
  const carried = structuredClone(after);
  const replaced = new Set();
  let more = renewed;
  let whole;
  do {
    for (const address of more) {
      replaced.add(address);
      pointElsewhere(carried.Resources, address);
    }
    whole = diffTemplate(before, carried);
    more = whole.resources.logicalIds.filter(
      (each) => whole.resources.get(each).changeImpact === ResourceImpact.WILL_REPLACE && !replaced.has(each),
    );
  } while (more.length);
  return { whole, replaced };
}

function pointElsewhere(value, address) {
  if (typeof value !== "object" || value === null) return;
  if (value.Ref === address) value.Ref += REPLACED;
  const attribute = value["Fn::GetAtt"];
  if (Array.isArray(attribute) && attribute[0] === address) attribute[0] += REPLACED;
  for (const each of Object.values(value)) pointElsewhere(each, address);
}

function resource(address, { before, after, told, whole, replaced }) {
  const old = before.Resources?.[address];
  const now = after.Resources?.[address];
  const changed = told.resources.changes[address];
  const following = whole.resources.changes[address];
  const model = loadResourceModel((now ?? old).Type);
  return {
    address,
    old,
    new: now,
    impact: replaced ? ResourceImpact.WILL_REPLACE : following.changeImpact,
    known: model !== undefined,
    properties: Object.entries(following?.propertyUpdates ?? {}).map(([name, each]) => ({
      name,
      old: old.Properties?.[name],
      new: now.Properties?.[name],
      impact: each.changeImpact,
      known: name in (model?.properties ?? {}),
      because: replacedIn(each.newValue),
    })),
    attributes: Object.entries(changed?.otherChanges ?? {}).map(([name, each]) => ({ name, ...pair(each) })),
  };
}

function replacedIn(value) {
  if (typeof value === "string") return value.endsWith(REPLACED) ? [value.slice(0, -REPLACED.length)] : [];
  if (typeof value !== "object" || value === null) return [];
  return [...new Set(Object.values(value).flatMap(replacedIn))];
}

const pair = (difference) => ({ old: difference.oldValue, new: difference.newValue });
const named = (collection, prefix = "") =>
  Object.entries(collection.changes).map(([name, each]) => ({ name: prefix + name, ...pair(each) }));
const managedPolicy = (sign, each) => ({ sign, identity: each.identityArn, policy: each.managedPolicyArn });
const rule = (sign, direction, each) => ({
  sign,
  direction,
  group: each.groupId,
  protocol: each.describeProtocol(),
  peer: each.describePeer(),
});

// The library takes "16.1" and "16.10" for the same number; what is no plain number is compared as text.
function asText(value) {
  if (typeof value === "string") return Number.isNaN(Number(value)) || String(Number(value)) === value ? value : AS_TEXT + value;
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, asText(each)]));
}

const pairs = JSON.parse(fs.readFileSync(0, "utf8"));
const judged = Object.entries(pairs).map(([name, { before, after, renewed }]) => [
  name,
  judge({ before: asText(before), after: asText(after), renewed }),
]);
process.stdout.write(
  JSON.stringify(Object.fromEntries(judged), (_, value) =>
    typeof value === "string" ? value.replaceAll(AS_TEXT, "") : value,
  ),
);
