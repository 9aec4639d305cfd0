namespace MetaGrains.Repository.Tests.Text;

public sealed class CSharpCodeTests
{
    private const string Quote = "\"";

    [Theory]
    [InlineData("a // gone\nb", "a        \nb")]
    [InlineData("a /* gone\n */ b", "a        \n    b")]
    [InlineData("/// <c>gone</c>\nb", "               \nb")]
    public void Comments_become_blanks(string source, string code) => Assert.Equal(code, CSharpCode.Of(source));

    [Theory]
    [InlineData("x = \"gone\"; keep")]
    [InlineData("x = \"g\\\"one\"; keep")]
    [InlineData("x = @\"g\"\"one \\\"; keep")]
    [InlineData("x = \"\"; keep")]
    [InlineData("x = \"\"\"gone \"\" gone\"\"\"; keep")]
    [InlineData("x = \"\"\"\"gone \"\"\" gone\"\"\"\"; keep")]
    [InlineData("x = $\"gone {{gone}}\"; keep")]
    [InlineData("x = '\"'; y = \"gone\"; keep")]
    [InlineData("x = '\\''; y = \"gone\"; keep")]
    [InlineData("x = \"gone\"u8; keep")]
    [InlineData("x = \"gone // gone\"; keep")]
    [InlineData("#region Don't\nx = \"gone\"; keep")]
    public void What_a_literal_says_becomes_blanks_and_the_code_after_it_stays(string source)
    {
        var code = CSharpCode.Of(source);

        Assert.Equal(source.Length, code.Length);
        Assert.DoesNotContain("one", code, StringComparison.Ordinal);
        Assert.EndsWith("keep", code, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$\"gone {keep} gone\"")]
    [InlineData("$\"gone {f(\"gone\", keep)} gone\"")]
    [InlineData("$@\"gone \"\" {keep} gone\"")]
    [InlineData("@$\"gone {keep:gone'gone} gone\"")]
    [InlineData("$\"gone {(a ? keep : b)} gone\"")]
    [InlineData("$\"\"\"gone {keep} gone\"\"\"")]
    [InlineData("$$\"\"\"gone {gone} {{keep}} gone\"\"\"")]
    [InlineData("$\"gone {$\"gone {keep}\"} gone\"")]
    [InlineData("$\"gone {new { A = keep }} gone\"")]
    public void Code_in_the_holes_of_an_interpolated_string_stays(string source)
    {
        var code = CSharpCode.Of(source + "; tail");

        Assert.Contains("keep", code, StringComparison.Ordinal);
        Assert.DoesNotContain("gone", code, StringComparison.Ordinal);
        Assert.EndsWith(Quote + "; tail", code, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_and_offsets_stay()
    {
        const string source = "one\n\"\"\"\n two\n\"\"\"\n/* three\n */ four";

        var code = CSharpCode.Of(source);

        Assert.Equal(source.IndexOf("four", StringComparison.Ordinal), code.IndexOf("four", StringComparison.Ordinal));
        Assert.Equal(6, CSharpCode.LineOf(code, code.IndexOf("four", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("\"never closed")]
    [InlineData("/* never closed")]
    [InlineData("\"\"\" never closed")]
    [InlineData("$\"{ never closed")]
    [InlineData("'")]
    public void Broken_source_ends_anyway(string source) => Assert.Equal(source.Length, CSharpCode.Of(source).Length);
}
