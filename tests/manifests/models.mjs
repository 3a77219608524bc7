// Holds custom resources against the models of @kubernetes-models. Reads a list of manifests from standard input, and
// answers with a list: of each what is wrong, or null where no package has a model of its kind.
import { readFileSync } from "node:fs";

const PACKAGES = {
  "argoproj.io": ["argo-cd", "argo-rollouts"],
  "autoscaling.k8s.io": ["autoscaler"],
  "external-secrets.io": ["external-secrets"],
  "monitoring.coreos.com": ["prometheus-operator"],
};

async function modelOf({ apiVersion, kind }) {
  for (const name of PACKAGES[apiVersion.split("/")[0]] ?? []) {
    const models = await import(`@kubernetes-models/${name}/${apiVersion}`);
    if (models[kind]) return models[kind];
  }
  return null;
}

async function problems(manifest) {
  const Model = await modelOf(manifest);
  if (Model === null) return null;
  try {
    new Model(manifest).validate();
    return [];
  } catch (error) {
    if (!error.errors) throw error;
    return error.errors.map((each) => `${each.instancePath}: ${each.message}`);
  }
}

const manifests = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(await Promise.all(manifests.map(problems))));
