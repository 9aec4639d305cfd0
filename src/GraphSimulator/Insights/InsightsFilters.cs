using System.Globalization;
using System.Text.Json;
using MetaGrains.GraphSimulator.Http;
using MetaGrains.GraphSimulator.World;

namespace MetaGrains.GraphSimulator.Insights;

/// <summary>The <c>filtering</c> parameter: conditions on the ads that count, and on the rows that come out.</summary>
internal sealed class InsightsFilters
{
    private readonly List<Func<AdEntity, bool>> _onAds = [];
    private readonly List<Func<Totals, bool>> _onRows = [];

    /// <summary>Whether rows are chosen by their metrics, so that one must be summed before it is known to exist.</summary>
    public bool LooksAtRows => _onRows.Count > 0;

    /// <summary>Kinds whose status is filtered: archived objects then show if they are listed.</summary>
    public HashSet<EntityKind> StatusOf { get; } = [];

    public bool Accepts(AdEntity ad)
    {
        foreach (var condition in _onAds)
        {
            if (!condition(ad))
                return false;
        }

        return true;
    }

    public bool Accepts(Totals row)
    {
        foreach (var condition in _onRows)
        {
            if (!condition(row))
                return false;
        }

        return true;
    }

    public static InsightsFilters Read(GraphRequest request, Currency currency)
    {
        var filters = new InsightsFilters();
        foreach (var filter in FilterParameter.Read(request))
            filters.Add(filter, currency);
        return filters;
    }

    private void Add(FilterParameter filter, Currency currency)
    {
        var dot = filter.Field.IndexOf('.', StringComparison.Ordinal);
        var property = filter.Field[(dot + 1)..];
        if (Metric(property, currency) is { } metric)
        {
            var holds = filter.NumberCondition();
            _onRows.Add(row => holds(metric(row)));
            return;
        }

        if (FilterParameter.KindOf(dot < 0 ? "" : filter.Field[..dot]) is not { } kind)
            throw GraphErrors.Invalid($"Filtering field {filter.Field} is invalid");
        _onAds.Add(OnAds(filter, kind, property));
        if (property is "effective_status" or "delivery_info")
            StatusOf.Add(kind);
    }

    private static Func<AdEntity, bool> OnAds(FilterParameter filter, EntityKind kind, string property)
    {
        var holds = filter.EntityCondition(property);
        return ad => holds(ad.Above(kind)!);
    }

    private static Func<Totals, decimal>? Metric(string name, Currency currency) => name switch
    {
        "spend" => row => currency.Major(row.SpendMinor),
        "impressions" => row => row.Impressions,
        "clicks" => row => row.Clicks,
        _ => null,
    };
}

/// <summary>One element of <c>filtering</c>: <c>{"field":…,"operator":…,"value":…}</c>.</summary>
internal sealed record FilterParameter(string Field, string Operator, IReadOnlyList<string> Values)
{
    public static List<FilterParameter> Read(GraphRequest request)
    {
        if (request.Find("filtering") is not { Length: > 0 } text)
            return [];
        using var document = ListParameters.Json("filtering", text);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
            throw GraphErrors.Invalid("Param filtering must be an array of {field, operator, value}");
        return [.. document.RootElement.EnumerateArray().Select(Read)];
    }

    /// <summary>The kind that a filter's prefix names.</summary>
    public static EntityKind? KindOf(string prefix) => prefix switch
    {
        "ad" => EntityKind.Ad,
        "adset" => EntityKind.AdSet,
        "campaign" => EntityKind.Campaign,
        _ => null,
    };

    /// <summary>What the filter demands of an object.</summary>
    public Func<AdEntity, bool> EntityCondition(string property)
    {
        Func<AdEntity, string> read = property switch
        {
            "id" => entity => entity.Id.ToString(CultureInfo.InvariantCulture),
            "effective_status" => entity => entity.EffectiveStatus,
            "status" or "configured_status" => entity => entity.Status,
            "delivery_info" => Delivery,
            "objective" => entity => entity.Objective ?? "",
            "name" => entity => entity.Name ?? "",
            _ => throw GraphErrors.Invalid($"Filtering field {Field} is invalid"),
        };
        var values = Values.ToHashSet(StringComparer.Ordinal);
        return Operator switch
        {
            "IN" or "EQUAL" => entity => values.Contains(read(entity)),
            "NOT_IN" or "NOT_EQUAL" => entity => !values.Contains(read(entity)),
            "STARTS_WITH" when property == "name" => entity => values.Any(value => read(entity).StartsWith(value, StringComparison.OrdinalIgnoreCase)),
            "NOT_CONTAIN" when property == "name" => entity => !values.Any(value => read(entity).Contains(value, StringComparison.OrdinalIgnoreCase)),
            "CONTAIN" when property == "name" => entity => values.Any(value => read(entity).Contains(value, StringComparison.OrdinalIgnoreCase)),
            _ => throw WrongOperator(),
        };
    }

    /// <summary>What the filter demands of a metric.</summary>
    public Func<decimal, bool> NumberCondition()
    {
        if (Values.Count != 1 || !decimal.TryParse(Values[0], NumberStyles.Number, CultureInfo.InvariantCulture, out var bound))
            throw GraphErrors.Invalid($"Filtering on {Field} needs one number");
        return Operator switch
        {
            "GREATER_THAN" => number => number > bound,
            "GREATER_THAN_OR_EQUAL" => number => number >= bound,
            "LESS_THAN" => number => number < bound,
            "LESS_THAN_OR_EQUAL" => number => number <= bound,
            "EQUAL" => number => number == bound,
            "NOT_EQUAL" => number => number != bound,
            _ => throw WrongOperator(),
        };
    }

    // The words of the ads manager for the statuses of the API.
    private static string Delivery(AdEntity entity) => entity.EffectiveStatus switch
    {
        "ACTIVE" => "active",
        "ARCHIVED" => "archived",
        "DELETED" => "deleted",
        "PENDING_REVIEW" or "IN_PROCESS" => "pending_review",
        "DISAPPROVED" => "rejected",
        "WITH_ISSUES" => "not_delivering",
        _ => "inactive",
    };

    private static FilterParameter Read(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object
            || !element.TryGetProperty("field", out var field)
            || !element.TryGetProperty("operator", out var op)
            || !element.TryGetProperty("value", out var value))
        {
            throw GraphErrors.Invalid("Param filtering must be an array of {field, operator, value}");
        }

        IReadOnlyList<string> values = value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(item => ListParameters.Scalar(item, "filtering"))]
            : [ListParameters.Scalar(value, "filtering")];
        return new FilterParameter(ListParameters.Scalar(field, "filtering"), ListParameters.Scalar(op, "filtering"), values);
    }

    private GraphException WrongOperator() => GraphErrors.Invalid($"Filtering operator {Operator} is not valid for {Field}");
}
