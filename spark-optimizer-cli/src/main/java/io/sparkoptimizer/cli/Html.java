package io.sparkoptimizer.cli;

/** Text inside HTML and SVG. */
final class Html {
  private Html() {}

  /** A text that neither opens an element nor leaves an attribute, whatever quotes it stands in. */
  static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    Text.clean(text).codePoints().forEach(c -> {
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&quot;");
        case '\'' -> escaped.append("&#39;");
        case '`' -> escaped.append("&#96;");
        default -> escaped.appendCodePoint(c);
      }
    });
    return escaped.toString();
  }
}
