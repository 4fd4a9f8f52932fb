using 'main.bicep'

import { profiles } from 'profiles.bicep'

// azd gives its environment to this file: `azd env set NAME VALUE`. A variable without a default here has to be set.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param profile = profiles[readEnvironmentVariable('GATEWAY_PROFILE', 'small')]

param tokens = union(
  {
    authority: readEnvironmentVariable('GATEWAY_TOKEN_AUTHORITY')
    audience: readEnvironmentVariable('GATEWAY_TOKEN_AUDIENCE', 'gateway')
  },
  empty(readEnvironmentVariable('GATEWAY_TOKEN_ISSUER', ''))
    ? {}
    : { issuer: readEnvironmentVariable('GATEWAY_TOKEN_ISSUER', '') }
)

// Written by the hook that runs before provisioning; set it yourself to use an app registration that exists. Without a
// default on purpose: `azd up` compiles this file once before the hook, and would keep what it had compiled.
param callbackAudience = readEnvironmentVariable('GATEWAY_CALLBACK_AUDIENCE')

// Origins of browsers, separated by commas.
param allowedOrigins = empty(readEnvironmentVariable('GATEWAY_ALLOWED_ORIGINS', ''))
  ? []
  : split(readEnvironmentVariable('GATEWAY_ALLOWED_ORIGINS', ''), ',')

param alertEmail = readEnvironmentVariable('GATEWAY_ALERT_EMAIL', '')

// 'false' where the runtime of Flex Consumption crashes at its start; the check after a deployment says when.
param usePlaceholder = bool(readEnvironmentVariable('GATEWAY_USE_PLACEHOLDER', 'true'))

// Add yours: a backend reads what its namespaces send to the topic.
param backends = [
  { name: 'orders', namespaces: ['orders'] }
]
param namespaces = [
  { name: 'orders', routeToBackends: true }
]
