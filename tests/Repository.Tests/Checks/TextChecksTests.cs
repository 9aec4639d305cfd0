namespace MetaGrains.Repository.Tests.Checks;

/// <summary>The checks of .editorconfig and of links find what is wrong.</summary>
public sealed class TextChecksTests
{
    [Theory]
    [InlineData("[*.cs]\ndotnet_diagnostic.CA1.severity = none")]
    [InlineData("# CA1\ndotnet_diagnostic.CA1.severity = none")]
    [InlineData("# CA2: for a good reason.\ndotnet_diagnostic.CA1.severity = none")]
    [InlineData("# CA1: for a good reason.\n\ndotnet_diagnostic.CA1.severity = none")]
    [InlineData("dotnet_diagnostic.CA1.severity=none # CA1: too late here")]
    public void A_rule_that_is_off_without_a_reason_is_found(string text) => Assert.Single(EditorConfigReasons.Missing(text));

    [Theory]
    [InlineData("# CA1: for a good reason.\ndotnet_diagnostic.CA1.severity = none")]
    [InlineData("# CA1/CA2: for a good reason.\ndotnet_diagnostic.CA1.severity = none\ndotnet_diagnostic.CA2.severity = none")]
    [InlineData("dotnet_diagnostic.CA1.severity = warning")]
    public void A_rule_with_a_reason_is_fine(string text) => Assert.Empty(EditorConfigReasons.Missing(text));

    [Theory]
    [InlineData("[x](missing.md)")]
    [InlineData("[x](missing.md#part)")]
    [InlineData("![x](../missing.png)")]
    [InlineData("[x](../../outside.md)")]
    [InlineData("[x](here.md \"title\") [y](missing.md)")]
    [InlineData("[x]: missing.md")]
    public void A_broken_link_is_found(string text) => Assert.Single(Broken(text));

    [Theory]
    [InlineData("[x](here.md)")]
    [InlineData("[x](here.md#part)")]
    [InlineData("[x](../README.md)")]
    [InlineData("[x](/README.md)")]
    [InlineData("[x](#part)")]
    [InlineData("[x](https://example.com/missing.md)")]
    [InlineData("`[x](missing.md)`")]
    [InlineData("```\n[x](missing.md)\n```")]
    public void A_sound_link_is_fine(string text) => Assert.Empty(Broken(text));

    private static IEnumerable<string> Broken(string text) =>
        MarkdownLinks.Broken("docs/one.md", text, path => path is "docs/here.md" or "README.md");
}
