using System.Text;
using MetaGrains.Core.Sync;
using MetaGrains.Graph.Parsing;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

/// <summary>
/// 100,000 pages that went wrong on the way, always the same ones: the parser never crashes, never hangs, never invents
/// or loses a row, and refuses no page that is good.
/// </summary>
public sealed class ParserFuzzTests
{
    private const int Cases = 100_000;

    private static readonly InsightsQuery Query = Pages.Query(breakdowns: ["age"]);

    // What mutations put in: the structure of JSON, and values that Meta or a broken proxy might send.
    private static readonly byte[][] Tokens = [.. new[]
    {
        "\"", "{", "}", "[", "]", ",", ":", "null", "true", "-1", "0", "1e400", "1e2", "\\", "\\u0000", "\\ud800", "\\\"", " ", "\n", "\0", "\u00e4",
        "\"\"", "{}", "[]", "1969-12-31", "2026-02-30", "\"data\":[", "\"error\":{\"code\":2}", "\"paging\":", "\"next\":\"x\"", "99999999999999999999", "0.1234567890123456789012345678901",
        "\"action_type\":\"x\",", "\"value\":\"1\",", "\"ad_id\":\"1\",", "</html>",
    }.Select(Encoding.UTF8.GetBytes)];

    private static readonly byte[][] Seeds =
    [
        Encoding.UTF8.GetBytes(Pages.Page([Pages.Row(1, Pages.Actions + "\"age\":\"18-24\","), Pages.Row(2, "\"age\":\"25-34\","), Pages.Row(3, Pages.Actions)], "MQZDZD", next: true)),
        Encoding.UTF8.GetBytes(Pages.Page([Pages.Row(4, "\"age\":\"a,b=c\",\"ad_name\":\"\u00c4rger \\u00e4 \\\"x\\\"\",\"x\":{\"y\":[1,{}]},"), Pages.Row(5)])),
        Encoding.UTF8.GetBytes(Pages.Page([], "MQZDZD", next: true)),
        Encoding.UTF8.GetBytes(Pages.Error(2, 1504043)),
    ];

    [Fact(Timeout = 120_000)]
    public async Task No_broken_page_crashes_hangs_or_invents_a_row()
    {
        var (pages, errors, refusals) = await Task.Run(() =>
        {
            var random = new Random(20261122);
            var parser = Pages.Parser(Query);
            var (parsed, failed, refused) = (0, 0, 0);
            for (var number = 0; number < Cases; number++)
            {
                // One parser serves many pages: what a refused one left behind would show in the next.
                if (number % 500 == 0)
                    parser = Pages.Parser(Query, readSize: random.Next(16, 4096));
                var body = Mutated(random);
                switch (Outcome(parser, body, random, number))
                {
                    case true:
                        parsed++;
                        break;
                    case false:
                        refused++;
                        break;
                    default:
                        failed++;
                        break;
                }
            }

            return (parsed, failed, refused);
        });

        // A fuzz that parses nothing, or refuses nothing, tests nothing.
        Assert.True(pages > Cases / 20 && errors > Cases / 100 && refusals > Cases / 4, $"{pages} pages, {errors} errors, {refusals} refusals");
    }

    // True: a page, which is what the oracle says. False: refused. Null: Meta's error.
    private static bool? Outcome(PageParser parser, byte[] body, Random random, int number)
    {
        try
        {
            var answer = Pages.Parse(parser, body, random.Next(4) == 0 ? () => random.Next(1, 200) : null);
            if (answer.Page is null)
                return answer.Error is null ? throw new InvalidOperationException("Neither a page nor an error.") : null;
            using (answer.Page)
                PageOracle.Check(answer.Page, answer.Paging, body);
            return true;
        }
        catch (InvalidAnswerException refusal)
        {
            return PageOracle.IsPlainlyGood(body) ? throw new InvalidOperationException($"Case {number} is a good page and was refused: {refusal.Message}\n{Encoding.UTF8.GetString(body)}", refusal) : false;
        }
        catch (Exception broken) when (broken is not InvalidOperationException)
        {
            throw new InvalidOperationException($"Case {number}: {broken.Message}\n{Encoding.UTF8.GetString(body)}", broken);
        }
    }

    private static byte[] Mutated(Random random)
    {
        var body = Seeds[random.Next(10) switch { < 5 => 0, < 8 => 1, 8 => 2, _ => 3 }].ToList();
        for (var times = random.Next(4); times >= 0 && body.Count > 0; times--)
            Mutate(body, random);
        return [.. body];
    }

    private static void Mutate(List<byte> body, Random random)
    {
        var at = random.Next(body.Count);
        switch (random.Next(9))
        {
            case 0:
                body[at] = (byte)random.Next(256);
                break;
            case 1:
                body[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                body.RemoveRange(at, Math.Min(random.Next(1, 40), body.Count - at));
                break;
            case 3:
                body.RemoveRange(at, body.Count - at);
                break;
            case 4:
                body.InsertRange(at, Tokens[random.Next(Tokens.Length)]);
                break;
            case 5:
                var token = Tokens[random.Next(Tokens.Length)];
                body.RemoveRange(at, Math.Min(token.Length, body.Count - at));
                body.InsertRange(at, token);
                break;
            case 6:
                body.InsertRange(random.Next(body.Count), body.GetRange(at, Math.Min(random.Next(1, 80), body.Count - at)));
                break;
            case 7:
                // A digit for a digit: most such pages stay good.
                if (body.FindIndex(at, letter => letter is >= (byte)'0' and <= (byte)'9') is var digit and >= 0)
                    body[digit] = (byte)('0' + random.Next(10));
                break;
            default:
                if (body.FindIndex(at, letter => letter == (byte)',') is var comma and >= 0)
                    body.Insert(comma + 1, (byte)' ');
                break;
        }
    }
}
