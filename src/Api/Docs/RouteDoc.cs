namespace MetaGrains.Api.Docs;

/// <summary>Where a parameter stands.</summary>
internal enum ParameterPlace
{
    Path,
    Query,
    Header,
}

/// <summary>A parameter of a route, for people and programs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="In">Where it stands.</param>
/// <param name="Type">Its type in .NET.</param>
/// <param name="Description">What it means.</param>
/// <param name="Example">A value.</param>
internal sealed record ParameterDoc(string Name, ParameterPlace In, Type Type, string Description, object Example);

/// <summary>An answer that is no problem.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Description">When it comes.</param>
/// <param name="Example">A body; null when there is none.</param>
internal sealed record AnswerDoc(int Status, string Description, object? Example = null);

/// <summary>What a route does, for people and programs: the OpenAPI document and the page of it are made of this.</summary>
/// <param name="Id">Its operation id.</param>
/// <param name="Tag">Under which heading it stands.</param>
/// <param name="Summary">A line.</param>
/// <param name="Answers">What it answers when all is well.</param>
internal sealed record RouteDoc(string Id, string Tag, string Summary, params AnswerDoc[] Answers)
{
    /// <summary>More than a line.</summary>
    public string? Description { get; init; }

    /// <summary>A request body; null when it takes none.</summary>
    public object? Body { get; init; }

    /// <summary>Parameters beside those of the path.</summary>
    public IReadOnlyList<ParameterDoc> Parameters { get; init; } = [];

    /// <summary>True: the operator may name a tenant that was deleted.</summary>
    public bool TenantMayBeGone { get; init; }

    /// <summary>Statuses of problems beside those that every route of its kind has.</summary>
    public IReadOnlyList<int> Problems { get; init; } = [];
}
