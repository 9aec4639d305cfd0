using System.Text;
using System.Text.Json;
using MetaGrains.Graph.Parsing;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

/// <summary>Our cursor accepts what Utf8JsonReader accepts, refuses what it refuses, and sees the same tokens.</summary>
public sealed class JsonCursorTests
{
    private const string Alphabet = "{}[],:\"\\ \n\ttruefalsn-+.0123456789eEu\u0001\u00e4";

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[[],{},[{}]]")]
    [InlineData("""{"a":1,"b":[true,false,null,-0.5e+10,"x"],"c":{"d":""}}""")]
    [InlineData(" { \"a\" : [ 1 , 2 ] }\r\n\t")]
    [InlineData("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\"")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("{]")]
    [InlineData("[}")]
    [InlineData("[1,]")]
    [InlineData("[,1]")]
    [InlineData("[1 2]")]
    [InlineData("{\"a\"}")]
    [InlineData("{\"a\":}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{a:1}")]
    [InlineData("{1:1}")]
    [InlineData("[01]")]
    [InlineData("[-]")]
    [InlineData("[1.]")]
    [InlineData("[.1]")]
    [InlineData("[1e]")]
    [InlineData("[1e+]")]
    [InlineData("[+1]")]
    [InlineData("[1a]")]
    [InlineData("[tru]")]
    [InlineData("[trues]")]
    [InlineData("[nul")]
    [InlineData("[\"a]")]
    [InlineData("[\"\\x\"]")]
    [InlineData("[\"\\u12g4\"]")]
    [InlineData("[\"\\u12\"]")]
    [InlineData("[\"a\nb\"]")]
    [InlineData("[\"\\")]
    [InlineData("{}{}")]
    [InlineData("1 2")]
    [InlineData("/**/1")]
    [InlineData("[1]//")]
    public void It_agrees_on_every_corner_of_the_grammar(string text) => Agree(Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    public void It_goes_as_deep_and_no_deeper(int depth)
    {
        Agree(Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth)));
        Agree(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth)));
    }

    [Fact]
    public void A_text_of_any_length_ends_at_its_quote_wherever_that_stands()
    {
        for (var length = 0; length < 100; length++)
        {
            for (var special = 0; special <= length; special++)
            {
                var text = new string('x', special) + "\\\"" + new string('\u00e4', length - special);
                Agree(Encoding.UTF8.GetBytes($"[\"{text}\",\"{new string('y', length)}\"]"));
            }
        }
    }

    [Fact]
    public void It_agrees_on_100_000_random_and_broken_documents()
    {
        var random = new Random(20261122);
        var seed = Pages.Page([Pages.Row(1, "\"x\":[true,null,-1.5e3,{\"y\":\"\\u00e4\"}],")], "MQ", next: true);
        var (accepted, refused) = (0, 0);
        for (var number = 0; number < 100_000; number++)
        {
            var body = number % 3 == 0 ? Noise(random) : Broken(seed, random);
            if (Agree(body))
                accepted++;
            else
                refused++;
        }

        Assert.True(accepted > 5_000 && refused > 20_000, $"{accepted} accepted, {refused} refused");
    }

    [Fact]
    public void What_is_cut_anywhere_goes_on_from_the_last_place()
    {
        var body = Encoding.UTF8.GetBytes("""{"a":[1,-20.5e1,true,false,null,"b\"c\u00e4"],"d":{"e":[]},"f":12}""");
        var whole = Tokens(body);
        for (var cut = 0; cut <= body.Length; cut++)
        {
            var tokens = new List<string>();
            var first = new JsonCursor(body.AsSpan(0, cut), ended: false, default);
            var place = (Consumed: 0, Place: first.Place);
            while (first.Read())
            {
                tokens.Add($"{first.TokenType} {Encoding.UTF8.GetString(first.ValueSpan)}");
                place = (first.Consumed, first.Place);
            }

            var second = new JsonCursor(body.AsSpan(place.Consumed), ended: true, place.Place);
            while (second.Read())
                tokens.Add($"{second.TokenType} {Encoding.UTF8.GetString(second.ValueSpan)}");
            Assert.Equal(whole, tokens);
        }
    }

    private static bool Agree(byte[] body)
    {
        var theirs = new List<string>();
        var accepted = true;
        try
        {
            var reader = new Utf8JsonReader(body);
            while (reader.Read())
                theirs.Add($"{reader.TokenType} {Encoding.UTF8.GetString(reader.ValueSpan)}");
        }
        catch (JsonException)
        {
            accepted = false;
        }

        if (accepted)
            Assert.Equal(theirs, Tokens(body));
        else
            Assert.Throws<InvalidAnswerException>(() => Tokens(body));
        return accepted;
    }

    private static List<string> Tokens(byte[] body)
    {
        var tokens = new List<string>();
        var cursor = new JsonCursor(body, ended: true, default);
        while (cursor.Read())
            tokens.Add($"{cursor.TokenType} {Encoding.UTF8.GetString(cursor.ValueSpan)}");
        return tokens;
    }

    private static byte[] Noise(Random random) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => Alphabet[random.Next(Alphabet.Length)])));

    private static byte[] Broken(string seed, Random random)
    {
        var body = Encoding.UTF8.GetBytes(seed).ToList();
        for (var times = random.Next(3); times >= 0; times--)
        {
            var at = random.Next(body.Count);
            if (random.Next(3) == 0)
                body.RemoveAt(at);
            else if (random.Next(2) == 0)
                body.Insert(at, (byte)Alphabet[random.Next(Alphabet.Length)]);
            else
                body[at] = (byte)random.Next(128);
        }

        return [.. body];
    }
}
