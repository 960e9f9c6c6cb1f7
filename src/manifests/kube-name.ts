// Each check says in one clause what is wrong with a name, or undefined. The rules are those of
// k8s.io/apimachinery/pkg/util/validation; all look at the length before they use a pattern.

const maxLabel = 63;
const maxSubdomain = 253;
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const qualifiedName = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** Checks a DNS label (RFC 1123), which names of instances and namespaces are. */
export function findDnsLabelFault(text: string, maxLength = maxLabel): string | undefined {
  if (text.length > maxLength) return `it has ${text.length} characters; give at most ${maxLength}`;
  if (label.test(text)) return undefined;
  return 'it must be lower-case letters, digits and inner "-" (a DNS label), such as my-images';
}

/** Checks a DNS subdomain: labels with dots between, which names of most objects are. */
export function findDnsSubdomainFault(text: string): string | undefined {
  if (text.length > maxSubdomain) return `it has ${text.length} characters; give at most ${maxSubdomain}`;
  if (text.split(".").every((part) => label.test(part))) return undefined;
  return 'it must be lower-case letters, digits, inner "-" and single dots (a DNS subdomain)';
}

/** Checks the key of a label or a taint: `disktype`, `example.com/pool`. */
export function findLabelKeyFault(text: string): string | undefined {
  const slash = text.indexOf("/");
  const prefix = slash < 0 ? undefined : text.slice(0, slash);
  if (prefix !== undefined && findDnsSubdomainFault(prefix) !== undefined) {
    return "what stands before the slash of a key must be a DNS subdomain, such as example.com";
  }
  return findQualifiedNameFault(text.slice(slash + 1), "a key");
}

/** Checks the value of a label or a taint, which may be empty. */
export function findLabelValueFault(text: string): string | undefined {
  return text === "" ? undefined : findQualifiedNameFault(text, "a value");
}

function findQualifiedNameFault(text: string, what: string): string | undefined {
  if (text.length > maxLabel) return `${what} has at most ${maxLabel} characters`;
  if (qualifiedName.test(text)) return undefined;
  return `${what} must be letters, digits and inner "-", "_" or "."`;
}
