using MetaGrains.Graph.Errors;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

public sealed class SecrecyTests
{
    private const string Secret = "app-secret-0123456789";

    [Fact]
    public async Task No_failure_and_no_log_line_holds_a_token_a_secret_or_a_query()
    {
        await using var graph = await ScriptedGraph.StartAsync();
        var echo = $"Bad call https://graph.facebook.com/v25.0/me?access_token={GraphClient.Token}&fields=id with {Secret} and EAABwzLixnjYBAOtherTokenOfSomebody";
        graph.Error(2, message: echo).Reset().Answer($"<html>{GraphClient.Token}</html>").Error(100, message: echo)
            .Error(4, message: echo).Answer(Pages.Page([Pages.Row()], "same", next: true)).Answer(Pages.Page([Pages.Row()], "same", next: true));
        await using var client = new GraphClient(graph.Address, configure: options => options.AppSecret = Secret);
        var texts = new List<string>();
        for (var call = 0; call < 3; call++)
        {
            var failure = await Assert.ThrowsAsync<GraphException>(() => client.ReadAllAsync(Pages.Query()));
            texts.AddRange([failure.ToString(), failure.Message, failure.ErrorMessage ?? "", failure.InnerException?.ToString() ?? ""]);
        }

        texts.AddRange(client.Logs.Lines);
        texts.AddRange(client.Observed.Select(seen => seen.ToString()));

        Assert.Equal(7, graph.Requests.Count);
        Assert.Contains(client.Logs.Lines, line => line.Contains("Retry 1 of insights", StringComparison.Ordinal));
        Assert.All(texts, text =>
        {
            Assert.DoesNotContain(GraphClient.Token, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
            Assert.DoesNotContain("EAAB", text, StringComparison.Ordinal);
            Assert.DoesNotContain("appsecret_proof", text, StringComparison.Ordinal);
            Assert.DoesNotContain("time_range", text, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("x access_token=abc123&b=1", "x access_token=***&b=1")]
    [InlineData("""{"access_token":"abc123"}""", """{"access_token":"***"}""")]
    [InlineData("next%3Faccess_token%3Dabc123", "next%3Faccess_token%3D***")]
    [InlineData("appsecret_proof=00ff;client_secret=q", "appsecret_proof=***;client_secret=***")]
    [InlineData("Error validating access token: Session has expired", "Error validating access token: Session has expired")]
    public void Secrets_by_name_are_masked(string text, string clean) =>
        Assert.Equal(clean, new Scrubber(GraphClient.AccessToken, null).Clean(text));

    [Fact]
    public void Long_texts_are_cut() =>
        Assert.Equal(1001, new Scrubber(GraphClient.AccessToken, null).Clean(new string('x', 5000))!.Length);
}
