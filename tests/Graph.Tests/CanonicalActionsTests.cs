using System.Globalization;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MetaGrains.Graph.Tests.Support;

namespace MetaGrains.Graph.Tests;

public sealed class CanonicalActionsTests
{
    private static readonly string[] Types = ["purchase", "omni_purchase", "link_click", "lead", "post", "a\"quoted\"", "ünïcode"];
    private static readonly string[] Windows = ["value", "1d_click", "7d_click", "28d_click", "1d_view"];

    [Fact]
    public void Lists_types_and_windows_stand_in_ordinal_order()
    {
        var row = Pages.OneRow(Pages.Row(1, Pages.Actions));

        Assert.Equal(
            """{"action_values":{"omni_purchase":{"7d_click":150.5,"value":150.5},"purchase":{"7d_click":100,"value":100}},"actions":{"landing_page_view":{"value":7},"link_click":{"1d_click":8,"7d_click":9,"value":9},"omni_purchase":{"1d_view":1,"7d_click":3,"value":3},"purchase":{"7d_click":2,"value":2}}}""",
            row.Actions);
    }

    [Theory]
    [InlineData("")]
    [InlineData(""" "actions":[],""")]
    [InlineData(""" "actions":null,"action_values":[],""")]
    public void A_row_without_actions_has_none(string actions) =>
        Assert.Equal("", Pages.OneRow(Pages.Row(1, actions)).Actions);

    [Fact]
    public void An_element_without_value_is_kept_empty()
    {
        var row = Pages.OneRow(Pages.Row(1, """ "actions":[{"action_type":"video_view"},{"action_type":"purchase","7d_click":1}],"""));

        Assert.Equal("""{"actions":{"purchase":{"7d_click":1},"video_view":{}}}""", row.Actions);
        Assert.Equal(default, row.Conversions);
    }

    [Fact]
    public void Further_keys_become_part_of_the_type_and_duplicates_add_up()
    {
        var row = Pages.OneRow(Pages.Row(1,
            """
            "actions":[
              {"action_type":"purchase","action_device":"iphone","action_destination":"a|b","value":"1.5","7d_click":"1"},
              {"action_destination":"a|b","action_device":"iphone","value":"2.25","1d_view":4,"action_type":"purchase"},
              {"action_type":"purchase","action_device":"android","value":"10"}],
            """));

        Assert.Equal(
            """{"actions":{"purchase|action_destination=a\\|b|action_device=iphone":{"1d_view":4,"7d_click":1,"value":3.75},"purchase|action_device=android":{"value":10}}}""",
            row.Actions);
        Assert.Equal(13.75m, row.Conversions.Purchases);
    }

    [Fact]
    public void Other_requested_lists_are_kept_and_lists_not_asked_for_are_left_to_the_raw_row()
    {
        var query = Pages.Query(fields: ["spend", "conversions", "conversion_values", "outbound_clicks", "video_play_curve_actions"]);
        var row = Pages.OneRow(Pages.Row(1,
            """
            "outbound_clicks":[{"action_type":"outbound_click","value":"9"}],"conversion_values":[{"action_type":"x","value":"-1.50"}],
            "conversions":[{"action_type":"x","value":"1"}],"actions":[{"action_type":"purchase","value":"1"}],
            "video_play_curve_actions":[{"action_type":"video_view","value":[1,2,3]}],
            """),
            query);

        Assert.Equal(
            """{"conversion_values":{"x":{"value":-1.5}},"conversions":{"x":{"value":1}},"outbound_clicks":{"outbound_click":{"value":9}}}""",
            row.Actions);
        Assert.Equal(default, row.Conversions);
    }

    [Theory]
    [InlineData(""" "actions":{},""", "no list")]
    [InlineData(""" "actions":[1],""", "no object")]
    [InlineData(""" "actions":[{"action_type":"x","value":"abc"}],""", "no exact number")]
    [InlineData(""" "actions":[{"action_type":"x","value":{}}],""", "StartObject")]
    [InlineData(""" "actions":[{"action_type":"x","7d_click":[]}],""", "StartArray")]
    [InlineData(""" "actions":[{"action_type":"x","value":"-1"}],""", "negative")]
    [InlineData(""" "actions":[{"action_type":{},"value":"1"}],""", "key of an action")]
    [InlineData(""" "actions":[{"action_type":"x","action_type":"y"}],""", "two action types")]
    [InlineData(""" "actions":[{"action_type":"x","value":"1","value":"1"}],""", "twice")]
    [InlineData(""" "actions":[{"action_type":"x","value":"999999999999999999"},{"action_type":"x","value":"0.00000000000001"}],""", "more digits")]
    [InlineData(""" "actions":[{"action_type":"purchase","value":"999999999999999999"},{"action_type":"lead","value":"999999999999999999"}],""", "more digits")]
    public void A_list_that_is_not_well_formed_makes_the_page_invalid(string actions, string why) =>
        Assert.Contains(why, Pages.Refusal(Pages.Page([Pages.Row(1, actions)])), StringComparison.Ordinal);

    [Fact]
    public void The_order_in_which_Meta_lists_things_does_not_matter() =>
        Prop.ForAll<int, byte>((seed, size) =>
        {
            var random = new Random(seed);
            var elements = Enumerable.Range(0, size % 40).Select(_ => Element(random)).ToList();
            var straight = Pages.OneRow(Row(elements));
            var shuffled = Pages.OneRow(Row([.. elements.OrderBy(_ => random.Next()).Select(element => element.OrderBy(_ => random.Next()).ToList())]));
            return straight.Actions == shuffled.Actions && straight.Conversions == shuffled.Conversions && IsCanonical(straight.Actions);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Thousands_of_types_are_no_trouble()
    {
        for (var round = 0; round < 3; round++)
        {
            var elements = string.Join(',', Enumerable.Range(0, 20_000).Select(number => $$"""{"action_type":"custom.{{number}}","value":"1"}"""));
            var row = Pages.OneRow(Pages.Row(1, $""" "actions":[{elements}],"""));

            Assert.True(IsCanonical(row.Actions));
        }
    }

    private static List<(string Name, string Value)> Element(Random random)
    {
        var element = new List<(string, string)> { ("action_type", Types[random.Next(Types.Length)]) };
        if (random.Next(4) == 0)
            element.Add(("action_device", random.Next(2) == 0 ? "iphone" : "desktop"));
        element.AddRange(Windows.Where(_ => random.Next(3) > 0)
            .Select(window => (window, (random.Next(100_000) / 100m).ToString(CultureInfo.InvariantCulture))));
        return element;
    }

    private static string Row(List<List<(string Name, string Value)>> elements)
    {
        var list = JsonSerializer.Serialize(elements.Select(element => element.ToDictionary(pair => pair.Name, pair => pair.Value)));
        return Pages.Row(1, $""" "actions":{list},"action_values":{list},""");
    }

    private static bool IsCanonical(string actions)
    {
        if (actions.Length == 0)
            return true;
        using var document = JsonDocument.Parse(actions);
        return Sorted(document.RootElement);
    }

    private static bool Sorted(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Number)
            return !element.GetRawText().Contains('.', StringComparison.Ordinal) || element.GetRawText()[^1] != '0';
        var names = element.EnumerateObject().Select(property => property.Name).ToList();
        return names.SequenceEqual(names.Distinct().Order(StringComparer.Ordinal))
            && element.EnumerateObject().All(property => Sorted(property.Value));
    }
}
