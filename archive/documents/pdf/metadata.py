"""What a file says of itself: XMP (ISO 16684) for PDF/A-3a and PDF/UA-1, the colours it means, its Info dictionary.

No dates: the same document gives the same bytes, and when something was made is in its text where it matters.
"""

from __future__ import annotations

import functools
from typing import Final
from xml.sax.saxutils import escape

from PIL import ImageCms

from archive.documents.document import Document
from archive.documents.pdf.compressing import deflated
from archive.documents.pdf.strings import one_line, text_string
from archive.documents.pdf.writer import Writer

PRODUCER: Final = "Daybook"

_XMP: Final = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
{more}<pdf:Producer>{producer}</pdf:Producer>
<xmp:CreatorTool>{producer}</xmp:CreatorTool>
<pdfaid:part>3</pdfaid:part>
<pdfaid:conformance>A</pdfaid:conformance>
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>The part of ISO 14289 that the file follows</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""
_AUTHOR: Final = "<dc:creator><rdf:Seq><rdf:li>{}</rdf:li></rdf:Seq></dc:creator>\n"
_SUBJECT: Final = '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt></dc:description>\n'
_DATE: Final = slice(24, 36)
"""Where an ICC profile holds when it was made (ICC.1, 7.2.8)."""


def title_of(document: Document) -> str:
    """The title on one line; PDF/UA asks for one, so the kind of thing stands in for an empty one."""
    return one_line(document.title) or "Document"


def write_metadata(writer: Writer, document: Document) -> int:
    """The XMP packet: uncompressed, so that programs that know no PDF find it."""
    more = _AUTHOR.format(_escaped(document.author)) if one_line(document.author) else ""
    more += _SUBJECT.format(_escaped(document.subject)) if one_line(document.subject) else ""
    packet = _XMP.format(
        title=escape(title_of(document)), language=_escaped(document.language), more=more, producer=PRODUCER
    )
    return writer.add_stream(packet.encode("utf-8"), b"/Type/Metadata/Subtype/XML", packed=True)


def write_info(writer: Writer, document: Document) -> int:
    """The Info dictionary, for older readers; it says the same as XMP."""
    entries = b"/Title" + text_string(title_of(document)) + b"/Producer(Daybook)/Creator(Daybook)"
    if one_line(document.author):
        entries += b"/Author" + text_string(document.author)
    if one_line(document.subject):
        entries += b"/Subject" + text_string(document.subject)
    return writer.add_plain(b"<<" + entries + b">>")


def write_colours(writer: Writer) -> int:
    """The output intent: colours are sRGB."""
    profile = writer.add_stream(_srgb(), b"/N 3/Alternate/DeviceRGB/Filter/FlateDecode", packed=True)
    return writer.add(
        b"<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB IEC61966-2.1)"
        b"/DestOutputProfile %d 0 R>>" % profile
    )


@functools.cache
def _srgb() -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_DATE] = bytes(12)
    return deflated(bytes(profile))


def _escaped(text: str) -> str:
    return escape(one_line(text))
