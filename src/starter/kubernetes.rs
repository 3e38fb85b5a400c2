//! Kubernetes manifests, Kustomize's files and a chart's values: workloads with their probes and images, the names under which
//! they are reached, and the names of secrets' keys. A template is not read: what it renders to is.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Named,
    backup::{self, Way},
    command,
    detect::{Place, Said},
    documents::{documents, texts},
    environment,
    found::Found,
    origin::{is_path, is_public_host},
    proxy::{Host, rule_hosts},
    service::{Role, is_released},
};

/// Any YAML but that of pipelines and compose files.
pub(super) fn is_manifest(place: &Place<'_>) -> bool {
    place.is_yaml() && !place.within(".github/workflows") && !place.path.contains("compose") && !place.path.contains(".gitlab-ci")
}

/// Takes what the objects of a file say.
pub(super) fn read(found: &mut Found, path: &str, text: &str) -> Said {
    let is_values = path.rsplit('/').next().is_some_and(|name| name.starts_with("values"));
    if !(is_values || text.contains("apiVersion:") && text.contains("kind:")) {
        return Ok(None);
    }
    if text.contains("{{") && !is_values {
        return Err("is a template: render it, as with `helm template --output-dir`, and run init there".into());
    }
    if environment::of_path(path).is_none() {
        return Err("is for developers or tests".into());
    }
    if is_values {
        // Only a chart's: others call their files so too.
        return Ok(found.root.join(path).with_file_name("Chart.yaml").is_file().then(|| values(found, path, text)).flatten());
    }
    let mut known = false;
    for object in documents(text.as_bytes())? {
        let items = object.get("items").and_then(Value::as_array).filter(|_| object["kind"] == "List").cloned();
        for object in items.unwrap_or_else(|| vec![object]) {
            known |= one(found, path, &object);
        }
    }
    Ok(known.then_some("Kubernetes: workloads, probes, names and secrets' keys"))
}

fn one(found: &mut Found, path: &str, object: &Value) -> bool {
    let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    let spec = &object["spec"];
    match object["kind"].as_str().unwrap_or_default() {
        "Deployment" | "StatefulSet" | "DaemonSet" | "Rollout" => workload(found, path, name, &spec["template"]["spec"]),
        "CronJob" => {
            let pod = &spec["jobTemplate"]["spec"]["template"]["spec"];
            let ways: Vec<Way> = containers(pod).flat_map(commands).collect();
            found.made(ways, path);
            manifests(found, path);
            containers(pod).for_each(|container| keys(found, path, name, container));
        }
        "Ingress" => ingress(found, path, spec),
        "HTTPRoute" | "VirtualService" | "Route" | "IngressRoute" => route(found, path, spec),
        "Secret" => {
            let all = ["data", "stringData"].iter().filter_map(|key| object[*key].as_object()).flat_map(|map| map.keys());
            found.mount(name, all.map(String::as_str), path);
        }
        "SealedSecret" => {
            found.mount(name, spec["encryptedData"].as_object().into_iter().flat_map(|map| map.keys()).map(String::as_str), path)
        }
        "ExternalSecret" => {
            let all = spec["data"].as_array().into_iter().flatten().filter_map(|one| one["secretKey"].as_str());
            found.mount(name, all, path);
        }
        "Certificate" | "ManagedCertificate" => {
            let names: Vec<String> = ["dnsNames", "domains"].iter().flat_map(|key| texts(spec.get(*key))).map(str::to_owned).collect();
            // One for names within a cluster says nothing about what users reach.
            if names.iter().all(|name| is_public_host(name.trim_start_matches("*."))) {
                names.iter().for_each(|name| add(found, path, name, true, None));
            }
        }
        "Kustomization" => kustomization(found, path, object),
        _ => return false,
    }
    true
}

fn manifests(found: &mut Found, path: &str) {
    let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
    found.manifests.entry(folder.to_owned()).or_insert_with(|| (0, path.to_owned())).0 += 1;
}

fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    pod["containers"].as_array().into_iter().flatten()
}

/// The backups that a container makes.
fn commands(container: &Value) -> Vec<Way> {
    let line = ["command", "args"].map(|key| texts(container.get(key)).collect::<Vec<_>>().join(" ")).join(" ");
    command::lines(&line).iter().filter_map(backup::made).collect()
}

fn workload(found: &mut Found, path: &str, name: &str, pod: &Value) {
    // A patch names no container, or one without its image.
    if containers(pod).any(|container| container["image"].is_string()) {
        manifests(found, path);
    }
    for container in containers(pod) {
        let image = container["image"].as_str().unwrap_or_default();
        let role = found.image(image, path);
        let line = texts(container.get("args")).chain(texts(container.get("command"))).collect::<Vec<_>>().join(" ");
        if role == Role::Store("redis", 6379) && line.contains("appendonly yes") {
            found.append_only.get_or_insert_with(|| path.to_owned());
        }
        if role != Role::Own {
            continue;
        }
        keys(found, path, name, container);
        let probes = ["readinessProbe", "startupProbe", "livenessProbe"].iter().map(|probe| &container[*probe]);
        let health = probes.filter_map(probed).next();
        let port = container["ports"].as_array().into_iter().flatten().find_map(|port| port["containerPort"].as_u64()?.try_into().ok());
        let named = |name: String| Named { name, file: path.to_owned() };
        let service = found.service(name, path);
        service.health = service.health.take().or(health.map(named));
        service.port = service.port.take().or(port.map(|port| (port, path.to_owned())));
        service.image = service.image.take().or(Some(image.to_owned()).filter(|image| is_released(image)).map(named));
    }
}

/// The path that a probe asks, itself or by a command: `[curl, localhost:80/ready]`.
fn probed(probe: &Value) -> Option<String> {
    let asked = probe.pointer("/httpGet/path").and_then(Value::as_str).map(|path| path.split('?').next().unwrap_or(path).to_owned());
    let command = texts(probe.pointer("/exec/command")).collect::<Vec<_>>().join(" ");
    let path = asked.or_else(|| {
        let word = command.split_whitespace().find(|word| word.contains("localhost") || word.contains("127.0.0.1"))?;
        let rest = word.split_once("://").map_or(word, |(_, rest)| rest);
        Some(rest[rest.find('/')?..].to_owned())
    })?;
    is_path(&path).then_some(path)
}

/// The variables that a container is given: those of secrets by the secret's key, others by name and value.
fn keys(found: &mut Found, path: &str, name: &str, container: &Value) {
    let place = format!("{path}: {name}");
    for variable in container["env"].as_array().into_iter().flatten() {
        let Some(key) = variable["name"].as_str() else { continue };
        match variable.pointer("/valueFrom/secretKeyRef") {
            Some(_) => {
                found.require(key, &place);
                found.variable(key, "", &place);
            }
            None => found.variable(key, variable["value"].as_str().unwrap_or_default(), &place),
        }
    }
}

fn ingress(found: &mut Found, path: &str, spec: &Value) {
    let secured: Vec<&str> = spec["tls"].as_array().into_iter().flatten().flat_map(|tls| texts(tls.get("hosts"))).collect();
    for rule in spec["rules"].as_array().into_iter().flatten() {
        let Some(host) = rule["host"].as_str() else { continue };
        let backend = rule.pointer("/http/paths/0/backend");
        let service = backend.and_then(|to| to.pointer("/service/name").or_else(|| to.get("serviceName"))?.as_str());
        add(found, path, host, secured.contains(&host), service);
    }
}

/// Gateways' routes: of the Gateway API, Istio, OpenShift and Traefik.
fn route(found: &mut Found, path: &str, spec: &Value) {
    let backend = ["/rules/0/backendRefs/0/name", "/http/0/route/0/destination/host", "/to/name", "/routes/0/services/0/name"];
    let service = backend.iter().find_map(|at| spec.pointer(at)?.as_str()).map(|name| name.split('.').next().unwrap_or(name));
    let rules: Vec<String> =
        spec["routes"].as_array().into_iter().flatten().filter_map(|one| one["match"].as_str()).flat_map(rule_hosts).collect();
    let names = ["hostnames", "hosts", "host"].iter().flat_map(|key| texts(spec.get(*key)));
    let secured = spec.get("tls").is_some();
    for host in names.chain(rules.iter().map(String::as_str)) {
        add(found, path, host, secured, service);
    }
}

fn add(found: &mut Found, path: &str, name: &str, tls: bool, service: Option<&str>) {
    let file = path.to_owned();
    let tls = tls.then(|| file.clone());
    found.host(Host { name: name.to_owned(), file, tls, service: service.map(str::to_owned), ..Host::default() });
}

/// Images that an overlay puts in their places, and the keys of secrets that it makes.
fn kustomization(found: &mut Found, path: &str, object: &Value) {
    for image in object["images"].as_array().into_iter().flatten() {
        let name = image["newName"].as_str().or_else(|| image["name"].as_str()).unwrap_or_default();
        let tag = image["newTag"].as_str().map(str::to_owned).or_else(|| image["newTag"].as_f64().map(|tag| tag.to_string()));
        let image = format!("{name}:{}", tag.unwrap_or_default());
        if is_released(&image) && found.image(&image, path) == Role::Own {
            let of = name.rsplit('/').next().unwrap_or(name).to_owned();
            found.service(&of, path).image = Some(Named { name: image, file: path.to_owned() });
        }
    }
    for secret in object["secretGenerator"].as_array().into_iter().flatten() {
        let literals = texts(secret.get("literals")).filter_map(|line| Some(line.split_once('=')?.0));
        found.mount(secret["name"].as_str().unwrap_or_default(), literals, path);
    }
}

/// The values that a chart has of its own: its image, the names it answers to, its probes and the keys of secrets.
fn values(found: &mut Found, path: &str, text: &str) -> Option<&'static str> {
    let all = documents(text.as_bytes()).ok()?;
    let values = all.first()?;
    let chart = path.rsplit('/').nth(1).unwrap_or(&found.project).to_owned();
    let mut parts: BTreeMap<String, &Value> = [(chart, values)].into();
    parts.extend(
        values
            .as_object()?
            .iter()
            .filter(|(_, part)| part.get("image").is_some_and(Value::is_object))
            .map(|(name, part)| (name.clone(), part)),
    );
    for (name, part) in parts {
        let at = |key: &str| part.pointer(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let registry = Some(at("/image/registry")).filter(|registry| !registry.is_empty()).map_or(String::new(), |registry| registry + "/");
        let image = format!("{registry}{}:{}", at("/image/repository"), at("/image/tag"));
        let role = found.image(&image, path);
        if role != Role::Own || at("/image/repository").is_empty() {
            continue;
        }
        let health = ["/readinessProbe", "/livenessProbe", "/probes/readiness"].iter().find_map(|at| probed(part.pointer(at)?));
        let service = found.service(&name, path);
        service.image = service.image.take().or(is_released(&image).then(|| Named { name: image, file: path.to_owned() }));
        service.health = service.health.take().or(health.map(|name| Named { name, file: path.to_owned() }));
        for host in part.pointer("/ingress/hosts").and_then(Value::as_array).into_iter().flatten() {
            if let Some(host) = host.as_str().or_else(|| host["host"].as_str()) {
                add(
                    found,
                    path,
                    host,
                    part.pointer("/ingress/tls").and_then(Value::as_array).is_some_and(|tls| !tls.is_empty()),
                    Some(&name),
                );
            }
        }
    }
    for (store, name) in
        [("postgresql", "postgres"), ("redis", "redis"), ("mysql", "mysql"), ("rabbitmq", "rabbitmq"), ("mongodb", "mongodb")]
    {
        if values.get(store).is_some_and(|part| part["enabled"] != false) {
            found.uses(name, path);
        }
    }
    Some("a chart's values: image, names and stores")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const OBJECTS: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: { name: api }
spec:
  template:
    spec:
      containers:
        - name: api
          image: ghcr.io/acme/api:1.4
          ports: [{ containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /ready, port: http } }
          env:
            - { name: JWT_KEY, valueFrom: { secretKeyRef: { name: api, key: jwt } } }
            - { name: LOG_LEVEL, value: info }
---
apiVersion: v1
kind: Secret
metadata: { name: api }
stringData: { stripe-key: canary }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: api }
spec:
  tls: [{ hosts: [api.acme.io] }]
  rules:
    - host: api.acme.io
      http: { paths: [{ path: /, backend: { service: { name: api } } }] }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: dump }
spec: { jobTemplate: { spec: { template: { spec: { containers: [{ image: "postgres:16", command: [sh, -c, "pg_dump app > /b/app.dump"] }] } } } } }
"#;

    #[test]
    fn reads_workloads_names_and_keys() {
        let mut found = Found::new(Path::new("/x/shop"));
        assert!(read(&mut found, "k8s/all.yaml", OBJECTS).is_ok_and(|said| said.is_some()));
        found.settle();
        let api = &found.services[0];
        assert_eq!(api.health.as_ref().map(|path| path.name.as_str()), Some("/ready"));
        assert_eq!(api.host.as_ref().map(|host| host.name.as_str()), Some("https://api.acme.io"));
        assert_eq!(api.image.as_ref().map(|image| image.name.as_str()), Some("ghcr.io/acme/api:1.4"));
        assert_eq!(found.required.keys().collect::<Vec<_>>(), ["JWT_KEY"]);
        assert_eq!(found.mounted, [("api".into(), vec!["stripe-key".into()], "k8s/all.yaml".to_owned())]);
        assert_eq!((found.backups.len(), found.manifests.len()), (1, 1));
        let certificate = "apiVersion: cert-manager.io/v1\nkind: Certificate\nspec: { dnsNames: [shop.acme.io, '*.acme.io'] }\n---\napiVersion: cert-manager.io/v1\nkind: Certificate\nspec: { dnsNames: [api.shop, localhost] }\n";
        assert!(read(&mut found, "k8s/c.yaml", certificate).is_ok());
        assert_eq!(found.hosts.iter().map(Host::url).collect::<Vec<_>>(), ["https://api.acme.io", "https://shop.acme.io"]);
        assert!(!format!("{:?}", found.mounted).contains("canary"));
    }

    #[test]
    fn what_is_no_manifest_says_nothing_and_a_template_is_told() {
        let mut found = Found::new(Path::new("/x"));
        assert_eq!(read(&mut found, "a.yaml", "about: kind and apiVersion"), Ok(None));
        assert!(read(&mut found, "t/a.yaml", "apiVersion: v1\nkind: {{ .Kind }}\n").is_err_and(|why| why.contains("template")));
        assert!(read(&mut found, "overlays/dev/a.yaml", OBJECTS).is_err());
        for text in ["apiVersion: v1\nkind: Ingress\n", "apiVersion: [\nkind: x", "apiVersion: 1\nkind: List\nitems: 3\n"] {
            drop(read(&mut found, "a.yaml", text));
        }
    }
}
