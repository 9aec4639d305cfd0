using System.Text;
using System.Text.Json;
using MetaGrains.Graph.Parsing;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

/// <summary>The parser guesses what comes next from what came last; a guess makes it faster and changes nothing else.</summary>
public sealed class GuessTests
{
    private const string LongName = "onsite_conversion.a_name_that_is_longer_than_one_vector_is_wide";

    private static readonly string[] Names = ["", "a", "b", "c\"d", "value", "1d_click", "\u00e4\u00f6", "back\\slash", LongName];

    private static readonly string[] Types = ["link_click", "omni_purchase", "purchase", "lead", LongName, "quoted \"x\""];

    [Fact]
    public void Guessing_sees_the_tokens_that_reading_sees_in_100_000_whole_and_broken_documents()
    {
        var scratch = new ByteScratch(128);
        var guesses = Names.Select(name => new JsonText(Encoding.UTF8.GetBytes(name), scratch)).ToArray();
        var random = new Random(20261122);
        var (right, refused) = (0, 0);
        for (var number = 0; number < 100_000; number++)
        {
            var body = Document(random);
            if (Read(body) is { } tokens)
            {
                Assert.Equal(tokens, Guess(body, guesses, ref right));
                continue;
            }

            refused++;
            Assert.Throws<InvalidAnswerException>(() => Guess(body, guesses, ref right));
        }

        Assert.True(right > 100_000 && refused > 10_000, $"{right} right guesses, {refused} refused documents");
    }

    [Fact]
    public void A_short_number_is_what_the_careful_way_makes_of_it()
    {
        const string letters = "0123456789012345678901234567890123456789.-+e /:\u0001";
        var random = new Random(20261122);
        var (numbers, others) = (0, 0);
        for (var number = 0; number < 200_000; number++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 10)).Select(_ => letters[random.Next(letters.Length)]));
            var body = Encoding.UTF8.GetBytes($"[\"{text}\"{new string(' ', random.Next(10))}]");
            var cursor = new JsonCursor(body, ended: true, default);
            Assert.True(cursor.Read());
            if (text.Contains('\u0001', StringComparison.Ordinal))
                continue;
            Assert.True(cursor.Read());
            if (!cursor.TryShortNumber(out var guess))
            {
                others++;
                continue;
            }

            numbers++;
            Assert.True(ExactNumber.TryParse(Encoding.UTF8.GetBytes(text), out var value, out var canonical), text);
            Assert.True(value == guess && canonical, $"{text} was read as {guess}");
        }

        Assert.True(numbers > 20_000 && others > 20_000, $"{numbers} numbers, {others} others");
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("7", 7)]
    [InlineData("10", 10)]
    [InlineData("987654", 987654)]
    [InlineData("12345678", 12345678)]
    [InlineData("99999999", 99999999)]
    public void A_number_of_up_to_eight_digits_is_short(string text, uint number)
    {
        var cursor = new JsonCursor(Encoding.UTF8.GetBytes($"\"{text}\"        "), ended: true, default);

        Assert.True(cursor.Read() && cursor.TryShortNumber(out var read) && read == number);
    }

    [Fact]
    public void Rows_of_any_shape_in_any_order_are_read_as_each_is_read_alone()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var rows = Enumerable.Range(1, 60).Select(number => Pages.Row(number, Extra(random))).ToArray();

            Assert.Equal(rows.Select(row => Pages.OneRow(row)), Pages.Rows(Pages.Query(), Pages.Page(rows)));
        }
    }

    private static string Extra(Random random)
    {
        var fields = new List<string>();
        if (random.Next(4) > 0)
            fields.Add($"\"actions\":[{Elements(random)}]");
        if (random.Next(3) > 0)
            fields.Add($"\"action_values\":[{Elements(random)}]");
        foreach (var unread in Names.Skip(3).Where(_ => random.Next(3) == 0))
            fields.Add($"{JsonSerializer.Serialize(unread)}:{random.Next(1000)}");
        return string.Concat(fields.OrderBy(_ => random.Next()).Select(field => field + ","));
    }

    private static string Elements(Random random) => string.Join(',', Types.Where(_ => random.Next(3) > 0).Select(type =>
    {
        string[] windows = ["value", "1d_click", "7d_click", "28d_view", LongName];
        var keys = windows.Where(_ => random.Next(3) > 0).Select(window => $"\"{window}\":\"{random.Next(100_000_000)}\"").ToList();
        keys.Insert(random.Next(5) == 0 ? random.Next(keys.Count + 1) : 0, $"\"action_type\":{JsonSerializer.Serialize(type)}");
        if (random.Next(6) == 0)
            keys.Add($"\"action_device\":\"{(random.Next(2) == 0 ? "desktop" : "iphone")}\"");
        return $"{{{string.Join(',', keys)}}}";
    }));

    private static byte[] Document(Random random)
    {
        var text = Encoding.UTF8.GetBytes(Object(random, depth: 0)).ToList();
        for (var times = random.Next(3); times > 0; times--)
        {
            var at = random.Next(text.Count);
            if (random.Next(2) == 0)
                text.RemoveAt(at);
            else
                text.Insert(at, (byte)"{}[],:\"\\ 1a"[random.Next(11)]);
        }

        return [.. text];
    }

    private static string Object(Random random, int depth) =>
        $"{{{string.Join(',', Enumerable.Range(0, random.Next(5)).Select(_ => $"{Written(random)}{(random.Next(9) == 0 ? " :" : ":")}{Value(random, depth)}"))}}}";

    private static string Value(Random random, int depth) => random.Next(depth > 3 ? 3 : 5) switch
    {
        0 or 1 => Written(random),
        2 => "-1.5",
        3 => Object(random, depth + 1),
        _ => $"[{Value(random, depth + 1)},{Value(random, depth + 1)}]",
    };

    private static string Written(Random random) => $"\"{Names[random.Next(Names.Length)].Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static List<string>? Read(byte[] body)
    {
        var tokens = new List<string>();
        var reader = new Utf8JsonReader(body);
        try
        {
            while (reader.Read())
                tokens.Add(Token(reader.TokenType, reader.ValueSpan, reader.ValueIsEscaped));
            return tokens;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Every name is tried at every place, as a name and as a string.
    private static List<string> Guess(byte[] body, JsonText[] guesses, ref int right)
    {
        var tokens = new List<string>();
        var cursor = new JsonCursor(body, ended: true, default);
        while (true)
        {
            var taken = false;
            foreach (ref readonly var guess in guesses.AsSpan())
                taken = taken || cursor.TryName(in guess) || cursor.TryString(in guess);
            right += taken ? 1 : 0;
            if (!taken && !cursor.Read())
                return tokens;
            tokens.Add(Token(cursor.TokenType, cursor.ValueSpan, cursor.ValueIsEscaped));
        }
    }

    // Whether it is escaped means something for texts only.
    private static string Token(JsonTokenType type, ReadOnlySpan<byte> text, bool isEscaped) =>
        $"{type} {Encoding.UTF8.GetString(text)} {isEscaped && type is (JsonTokenType.PropertyName or JsonTokenType.String)}";
}
