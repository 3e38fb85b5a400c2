//! Fills variables into the values of a node; keys stay as they are.

use std::{collections::HashSet, rc::Rc};

use super::{
    fault::Fault,
    lack::Lack,
    node::{Filled, Key, Node, Scalar, Style},
    place::{Place, Sources},
    template::{Malformed, Template},
    variables::{Resolved, expand},
};

/// What a name stands for where a node was written.
pub(super) trait Scope {
    /// The value of `name`.
    fn value(&self, name: &str) -> Result<Rc<Resolved>, Lack>;
    /// Whether a variable without a value is noted and not refused.
    fn lenient(&self) -> bool;
    /// Names that could be meant, for "did you mean".
    fn names(&self) -> Vec<&str>;
}

/// Fills in `node`, each scalar in the scope of the place it was written at. Gives the entries and list items whose scalar has
/// no value: whoever reads the node leaves them out.
pub(super) fn fill<'a>(
    node: &mut Node,
    sources: &Sources,
    scope: &dyn Fn(Place) -> &'a dyn Scope,
    faults: &mut Vec<Fault>,
) -> HashSet<Place> {
    let mut dropped = HashSet::new();
    node.each_path_mut(&mut |key| {
        if let Err(fault) = fill_path(key, sources, scope(key.place)) {
            dropped.insert(key.place);
            faults.extend(fault);
        }
    });
    let entry = node.place;
    node.each_scalar_mut(entry, &mut |scalar, place, entry| {
        let scope = scope(place);
        let refused = match filled(scalar, scope) {
            Ok(None) => return,
            Ok(Some(new)) => {
                *scalar = new;
                return;
            }
            Err(refused) => refused,
        };
        dropped.insert(entry);
        faults.extend(match refused {
            Refused::Malformed(malformed) => {
                Some(Fault::new(within(sources, place, &malformed.at), malformed.message).hint("write `$$` for a dollar sign"))
            }
            Refused::Lack(lack) => lack.fault(within(sources, place, &format!("${{{}", lack.name())), scope.names()),
        });
    });
    dropped
}

/// Fills in a key that is a path into a document. It stands in every report, so no secret can be in it.
fn fill_path(key: &mut Key, sources: &Sources, scope: &dyn Scope) -> Result<(), Option<Fault>> {
    // The `$` that a path begins with is none of a variable.
    let rest = key.text[1..].to_owned();
    let template = Template::parse(&rest).map_err(|malformed| Some(Fault::new(key.place, malformed.message)))?;
    let Some(template) = template else { return Ok(()) };
    let lacking = |lack: Lack| lack.fault(within(sources, key.place, &format!("${{{}", lack.name())), scope.names());
    let resolved = expand(&template, scope.lenient(), &mut |name| scope.value(name)).map_err(lacking)?;
    if !resolved.unset.is_empty() {
        return Ok(());
    }
    if resolved.text != resolved.shown && resolved.awaits.is_empty() {
        return Err(Some(Fault::new(key.place, "a secret cannot stand in a path: paths stand in every report")));
    }
    key.text = format!("${}", resolved.text);
    Ok(())
}

/// Fills in what has a value and leaves the rest as written: for checks that will not be run.
pub(super) fn fill_leniently<'a>(node: &mut Node, scope: &dyn Fn(Place) -> &'a dyn Scope) {
    let entry = node.place;
    node.each_scalar_mut(entry, &mut |scalar, place, _| {
        if let Ok(Some(new)) = filled(scalar, scope(place)) {
            *scalar = new;
        }
    });
}

/// Takes every variable in `node` for a mistake: what stands there is the same in every environment. `$$` is a dollar here
/// too.
pub(super) fn literal(node: &mut Node, faults: &mut Vec<Fault>) {
    let entry = node.place;
    node.each_scalar_mut(entry, &mut |scalar, place, _| {
        let template = match Template::parse(&scalar.text) {
            Ok(None) => return,
            Ok(Some(template)) if template.is_literal() => {
                *scalar = Scalar { text: template.written(), style: Style::Quoted };
                return;
            }
            template => template.ok().flatten(),
        };
        let fault = Fault::new(place, "no variable can stand here: who decides must not depend on the environment");
        faults.push(fault.hint("write the value; `$$` is a dollar sign"));
        let written = template.map_or_else(|| "${…}".to_owned(), |template| template.written());
        // Nothing else is said of what has no value.
        let filled = Filled { written, unset: vec![String::new()], ..Filled::default() };
        *scalar = Scalar { text: String::new(), style: Style::Filled(Box::new(filled)) };
    });
}

enum Refused {
    Malformed(Malformed),
    Lack(Lack),
}

/// The scalar with its variables filled in; `None` if it has none.
fn filled(scalar: &Scalar, scope: &dyn Scope) -> Result<Option<Scalar>, Refused> {
    let Some(template) = Template::parse(&scalar.text).map_err(Refused::Malformed)? else { return Ok(None) };
    let Resolved { text, shown, unset, secrets, awaits } =
        expand(&template, scope.lenient(), &mut |name| scope.value(name)).map_err(Refused::Lack)?;
    if template.is_literal() {
        return Ok(Some(Scalar { text, style: Style::Quoted }));
    }
    let names = template.names().into_iter().map(str::to_owned).collect();
    let filled = Filled { written: template.written(), shown, names, unset, secrets, awaits };
    Ok(Some(Scalar { text, style: Style::Filled(Box::new(filled)) }))
}

/// The stretch of the scalar at `place` that reads `piece`, up to its closing brace; all of it if it is not found there.
pub(super) fn within(sources: &Sources, place: Place, piece: &str) -> Place {
    let text = sources.slice(place);
    // `${api` is not found in `${api-url}`.
    let whole =
        |start: usize| piece.ends_with('}') || !text[start + piece.len()..].starts_with(|c: char| c.is_alphanumeric() || "_-.".contains(c));
    let found = text.match_indices(piece).map(|(start, _)| start).find(|start| whole(*start));
    let Some(start) = found.filter(|_| piece.len() > 2) else { return place };
    let length = if piece.ends_with('}') { piece.len() } else { text[start..].find('}').map_or(piece.len(), |end| end + 1) };
    let start = place.start as usize + start;
    Place::new(place.file, &(start..start + length))
}
