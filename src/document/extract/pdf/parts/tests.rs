use std::fs;
use std::path::Path;

use pdf_extract::Stream;

use super::*;

fn dictionary<const N: usize>(entries: [(&str, Object); N]) -> Dictionary {
    Dictionary::from_iter(entries)
}

fn picture(byte: u8) -> Stream {
    let entries = [("Type", name("XObject")), ("Subtype", name("Image"))];
    Stream::new(dictionary(entries), vec![byte; 10_000])
}

/// A file whose pages have everything from the root of their tree: the size,
/// and one list of all pictures, of which each page draws its own. Every page
/// links to the last one.
fn file(pages: u8) -> Document {
    let mut document = Document::with_version("1.5");
    let root = document.new_object_id();
    let ids: Vec<_> = (0..pages).map(|_| document.new_object_id()).collect();
    let mut pictures = Dictionary::new();
    for (number, id) in (1..).zip(&ids) {
        pictures.set(format!("P{number}"), document.add_object(picture(number)));
        let content = Stream::new(
            Dictionary::new(),
            format!("/P{number} Do ({number}) Tj").into(),
        );
        let link = dictionary([
            ("Subtype", name("Link")),
            ("P", (*id).into()),
            (
                "Dest",
                vec![ids[usize::from(pages) - 1].into(), name("Fit")].into(),
            ),
        ]);
        let page = dictionary([
            ("Type", name("Page")),
            ("Parent", root.into()),
            ("Contents", document.add_object(content).into()),
            (
                "Annots",
                vec![Object::from(document.add_object(link))].into(),
            ),
        ]);
        document.objects.insert(*id, page.into());
    }
    let resources = dictionary([("XObject", pictures.into())]);
    let tree = dictionary([
        ("Type", name("Pages")),
        (
            "Kids",
            ids.iter()
                .map(|id| Object::from(*id))
                .collect::<Vec<_>>()
                .into(),
        ),
        ("Count", i64::from(pages).into()),
        ("MediaBox", vec![Object::from(0); 4].into()),
        ("Resources", document.add_object(resources).into()),
    ]);
    document.objects.insert(root, tree.into());
    let catalog = dictionary([("Type", name("Catalog")), ("Pages", root.into())]);
    let catalog = document.add_object(catalog);
    document.trailer.set("Root", catalog);
    document
}

fn saved(mut document: Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("saved");
    bytes
}

fn limits(pages: usize, bytes: usize) -> PartLimits {
    PartLimits {
        pages,
        bytes,
        ..PartLimits::default()
    }
}

/// First page, number of pages, and what the pages show.
fn told(parts: &[Part]) -> Vec<(u32, u32, String)> {
    let shown = |part: &Part| {
        let document = Document::load_mem(&part.data).expect("a PDF");
        let pages = document.page_iter();
        let contents = pages.map(|id| document.get_page_content(id).expect("a content"));
        let contents: Vec<_> = contents
            .map(|content| String::from_utf8(content).expect("a text"))
            .collect();
        contents.concat().replace('\n', ";")
    };
    let told = |part: &Part| (part.first_page, part.pages, shown(part));
    parts.iter().map(told).collect()
}

fn expected(parts: &[(u32, u32)]) -> Vec<(u32, u32, String)> {
    let shown = |(first, pages): &(u32, u32)| {
        let numbers = *first..first + pages;
        let pages_shown = numbers.map(|number| format!("/P{number} Do ({number}) Tj;"));
        (*first, *pages, pages_shown.collect())
    };
    parts.iter().map(shown).collect()
}

#[test]
fn a_file_is_cut_into_parts_of_so_many_pages() {
    let mut with_streams_of_objects = Vec::new();
    file(7)
        .save_modern(&mut with_streams_of_objects)
        .expect("saved");
    for content in [saved(file(7)), with_streams_of_objects] {
        let parts = parts(&content, limits(3, 1 << 20)).expect("parts");
        assert_eq!(told(&parts), expected(&[(1, 3), (4, 3), (7, 1)]));
    }
}

#[test]
fn parts_have_as_few_pages_as_their_size_takes() {
    let content = saved(file(5));
    let parts_of = |bytes| parts(&content, limits(5, bytes));
    let parts = parts_of(25_000).expect("parts");
    assert_eq!(told(&parts), expected(&[(1, 2), (3, 1), (4, 2)]));
    assert!(parts.iter().all(|part| part.data.len() <= 25_000));
    let refused = parts_of(9_000).expect_err("no page is as small");
    assert!(
        matches!(refused, Refusal::LargePage { page: 1, .. }),
        "{refused}"
    );
    let all_bytes = parts[0].data.len();
    let limits = PartLimits {
        all_bytes,
        ..limits(5, 25_000)
    };
    let refused = super::parts(&content, limits).expect_err("too much");
    assert!(matches!(refused, Refusal::LargeParts(_)), "{refused}");
}

#[test]
fn a_page_keeps_what_it_shows_and_has_from_above_and_nothing_else() {
    let parts = parts(&saved(file(3)), limits(1, 1 << 20)).expect("parts");
    let document = Document::load_mem(&parts[1].data).expect("a PDF");
    let page = document.page_iter().next().expect("a page");
    let page = document.get_dictionary(page).expect("a page");
    let size = page.get(b"MediaBox").expect("a size");
    assert_eq!(size.as_array().expect("a box").len(), 4);
    let pictures = document
        .objects
        .values()
        .filter_map(|object| object.as_stream().ok())
        .filter(|stream| stream.content.len() == 10_000);
    let pictures: Vec<_> = pictures.map(|picture| picture.content[0]).collect();
    assert_eq!(pictures, [2]);
    let pages = document.objects.values().filter(|object| {
        let dictionary = object.as_dict();
        dictionary.is_ok_and(|dictionary| dictionary.has_type(b"Page"))
    });
    assert_eq!(pages.count(), 1, "links lead to no other page");
}

#[test]
fn pictures_are_kept_if_it_cannot_be_told_which_are_drawn() {
    for content in ["/P#31 Do", "/F Do"] {
        let mut document = file(2);
        let form = [("Type", name("XObject")), ("Subtype", name("Form"))];
        let form = document.add_object(Stream::new(dictionary(form), b"/P1 Do".to_vec()));
        let page = document.page_iter().next().expect("a page");
        let pictures = document
            .objects
            .values_mut()
            .filter_map(|object| object.as_dict_mut().ok()?.get_mut(b"XObject").ok());
        for pictures in pictures {
            pictures.as_dict_mut().expect("a list").set("F", form);
        }
        document
            .change_page_content(page, content.into())
            .expect("changed");
        let parts = parts(&saved(document), limits(1, 1 << 20)).expect("parts");
        assert!(parts[0].data.len() > 20_000, "{content}");
        assert!(parts[1].data.len() < 20_000, "{content}");
    }
}

#[test]
fn what_cannot_be_opened_is_refused() {
    let fixture = |name: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents");
        let content = fs::read(folder.join(name)).expect("a file");
        parts(&content, PartLimits::default()).map(|parts| parts.len())
    };
    assert!(matches!(fixture("locked.pdf"), Err(Refusal::Encrypted)));
    assert!(matches!(
        fixture("lighthouse.txt"),
        Err(Refusal::Malformed(_))
    ));
    assert!(matches!(
        parts(&saved(file(0)), PartLimits::default()),
        Err(Refusal::Malformed(_))
    ));
    assert_eq!(fixture("scan.pdf").expect("parts"), 1);
}
