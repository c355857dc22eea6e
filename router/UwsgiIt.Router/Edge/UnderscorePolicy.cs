namespace UwsgiIt.Router.Edge;

/// <summary>What becomes of request headers with '_' in their names: to a CGI-like backend <c>X_Foo</c> and <c>X-Foo</c> are one variable.</summary>
internal enum UnderscorePolicy
{
    /// <summary>They are left out and counted.</summary>
    Drop = 0,

    /// <summary>The request is refused: 400.</summary>
    Refuse,

    /// <summary>They go through, but for those that would pass for a header which is never passed.</summary>
    Pass,
}
