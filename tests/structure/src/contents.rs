//! What one module defines, imports and names.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ImplItem, Item, Meta, Type, UseTree, Visibility};

/// A path as it is written, and its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
}

/// What a `use` brings into scope.
#[derive(Debug)]
pub(crate) struct Use {
    /// The name that it gets here; none for `as _` and for `*`.
    pub(crate) name: Option<String>,
    pub(crate) from: Mention,
    /// Whether it is `*` of that path.
    pub(crate) all: bool,
    /// Whether others can take it from here.
    pub(crate) public: bool,
}

/// An `impl` block without a trait.
#[derive(Debug)]
pub(crate) struct Methods {
    pub(crate) of: Vec<String>,
    /// The methods that can be called from other modules.
    pub(crate) names: Vec<String>,
}

/// What one module defines, imports and names, without what is below `#[cfg(test)]`.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// The names of the items that are defined here.
    pub(crate) items: BTreeSet<String>,
    pub(crate) uses: Vec<Use>,
    pub(crate) mentions: Vec<Mention>,
    /// Methods that are called.
    pub(crate) calls: Vec<Mention>,
    pub(crate) methods: Vec<Methods>,
    /// The names of all associated functions, those of traits among them.
    pub(crate) functions: Vec<String>,
}

/// Whether something is below `#[cfg(test)]`.
pub(crate) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        matches!(&attribute.meta, Meta::List(list)
            if list.path.is_ident("cfg") && list.tokens.to_string() == "test")
    })
}

impl Contents {
    /// Reads an item that is no module.
    pub(crate) fn add(&mut self, item: &Item) {
        let (name, attributes) = match item {
            Item::Const(item) => (Some(&item.ident), &item.attrs),
            Item::Enum(item) => (Some(&item.ident), &item.attrs),
            Item::Fn(item) => (Some(&item.sig.ident), &item.attrs),
            Item::Impl(item) => (None, &item.attrs),
            Item::Macro(item) => (item.ident.as_ref(), &item.attrs),
            Item::Static(item) => (Some(&item.ident), &item.attrs),
            Item::Struct(item) => (Some(&item.ident), &item.attrs),
            Item::Trait(item) => (Some(&item.ident), &item.attrs),
            Item::Type(item) => (Some(&item.ident), &item.attrs),
            Item::Union(item) => (Some(&item.ident), &item.attrs),
            Item::Use(item) => (None, &item.attrs),
            _ => return,
        };
        if !is_test(attributes) {
            self.items.extend(name.map(ToString::to_string));
            self.visit_item(item);
        }
    }

    fn add_use(&mut self, tree: &UseTree, before: &[String], public: bool) {
        let with = |ident: &Ident| {
            let own = (ident != "self").then(|| ident.to_string());
            before.iter().cloned().chain(own).collect::<Vec<_>>()
        };
        let (path, name, span) = match tree {
            UseTree::Path(tree) => return self.add_use(&tree.tree, &with(&tree.ident), public),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_use(tree, before, public);
                }
                return;
            }
            UseTree::Glob(glob) => (before.to_vec(), None, glob.star_token.spans[0]),
            UseTree::Name(leaf) => {
                let path = with(&leaf.ident);
                let name = path.last().cloned();
                (path, name, leaf.ident.span())
            }
            UseTree::Rename(leaf) => {
                let name = Some(leaf.rename.to_string()).filter(|name| name != "_");
                (with(&leaf.ident), name, leaf.ident.span())
            }
        };
        self.uses.push(Use {
            all: matches!(tree, UseTree::Glob(_)),
            from: Mention {
                path,
                line: span.start().line,
            },
            name,
            public,
        });
    }

    /// Finds paths and calls in what a macro or an attribute is given.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let is = |token: &TokenTree, mark| match token {
            TokenTree::Punct(punct) => punct.as_char() == mark,
            _ => false,
        };
        let mut index = 0;
        while let Some(token) = tokens.get(index) {
            let before = &tokens[..index];
            index += 1;
            match token {
                TokenTree::Group(group) => self.add_tokens(group.stream()),
                TokenTree::Ident(first) => {
                    let line = first.span().start().line;
                    let mut path = vec![first.to_string()];
                    while let [one, two, TokenTree::Ident(next), ..] = &tokens[index..]
                        && is(one, ':')
                        && is(two, ':')
                    {
                        path.push(next.to_string());
                        index += 3;
                    }
                    let called = matches!(tokens.get(index), Some(TokenTree::Group(group))
                        if group.delimiter() == Delimiter::Parenthesis);
                    // The dot of a range is the second of two.
                    let dots = before.iter().rev().take_while(|token| is(token, '.'));
                    if dots.count() == 1 {
                        self.calls.push(Mention { path, line });
                    } else if called || !is_variable(&path) {
                        self.mentions.push(Mention { path, line });
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Contents {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if item.leading_colon.is_none() {
            let public = !matches!(item.vis, Visibility::Inherited);
            self.add_use(&item.tree, &[], public);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let functions = item.items.iter().filter_map(|inner| match inner {
            ImplItem::Fn(function) if !is_test(&function.attrs) => Some(function),
            _ => None,
        });
        let all = functions
            .clone()
            .map(|function| function.sig.ident.to_string());
        self.functions.extend(all);
        if let (None, Type::Path(of)) = (&item.trait_, &*item.self_ty) {
            self.methods.push(Methods {
                of: names(&of.path),
                names: functions
                    .filter(|function| !matches!(function.vis, Visibility::Inherited))
                    .map(|function| function.sig.ident.to_string())
                    .collect(),
            });
        }
        visit::visit_item_impl(self, item);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if !is_test(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        self.functions.push(function.sig.ident.to_string());
        visit::visit_trait_item_fn(self, function);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let (None, Some(first)) = (&path.leading_colon, path.segments.first()) {
            let line = first.ident.span().start().line;
            let path = names(path);
            self.mentions.push(Mention { path, line });
        }
        visit::visit_path(self, path);
    }

    fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
        if !is_variable(&names(&path.path)) {
            visit::visit_expr_path(self, path);
        }
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Expr::Path(function) = &*call.func {
            self.visit_path(&function.path);
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let line = call.method.span().start().line;
        self.calls.push(Mention {
            path: vec![call.method.to_string()],
            line,
        });
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        visit::visit_macro(self, called);
        self.add_tokens(called.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.add_tokens(list.tokens.clone());
        }
    }
}

/// Whether a path that is not called is a variable, as far as one can tell by its looks.
fn is_variable(path: &[String]) -> bool {
    matches!(path, [name] if name.starts_with(|letter: char| letter.is_lowercase()))
}

fn names(path: &syn::Path) -> Vec<String> {
    path.segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect()
}
