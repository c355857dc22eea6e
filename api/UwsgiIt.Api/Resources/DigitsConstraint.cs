namespace UwsgiIt.Api.Resources;

/// <summary>ASCII digits, however many: too large a number is an unknown id, not an unknown path.</summary>
internal sealed class DigitsConstraint : IRouteConstraint
{
    public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        values.TryGetValue(routeKey, out var value) && value is string { Length: > 0 } text && text.All(char.IsAsciiDigit);
}
