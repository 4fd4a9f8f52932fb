// The whole of a gateway, from an empty subscription: a resource group, and in it what each module makes.
targetScope = 'subscription'

import * as types from 'types.bicep'

@description('Required. The name of the environment; every resource is tagged and named by it.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Required. The region. It has to offer Flex Consumption, and zones where the profile asks for them.')
@metadata({ azd: { type: 'location' } })
param location string

@description('Required. How large, how many, how closed; profiles.bicep has three.')
param profile types.profile

@description('Required. Whose tokens clients present.')
param tokens types.clientTokens

@description('Required. The App ID URI that the instances ask tokens for when they call back, api://GUID.')
@minLength(6)
param callbackAudience string

@description('Optional. Origins of browsers that may negotiate: \'*\', or scheme and host without a path. Default none.')
param allowedOrigins string[] = []

@description('Optional. Backends that read sequenced messages. Default none.')
param backends types.backend[] = []

@description('Optional. Settings of namespaces of channels. Default none.')
param namespaces types.channelNamespace[] = []

@description('Optional. Who is told of alerts. Default: they only show in the portal.')
param alertEmail string = ''

@description('Optional. False starts .NET without the placeholder process: slower from cold, but a way round its crash (dotnet-worker #3335).')
param usePlaceholder bool = true

// Rules that types can not say: what the platform or the app would refuse after half an hour is refused before anything
// is made.
var letters = 'abcdefghijklmnopqrstuvwxyz'
var digits = '0123456789'
var names = map(profile.instances, instance => instance.name)
var freeInstances = filter(profile.instances, instance => instance.sku == 'Free_F1')
var misnamedInstances = filter(
  names,
  name => name == 'shards' || !contains(letters, take(name, 1)) || !types.isMadeOf(name, '${letters}${digits}-')
)
var misnamedNamespaces = filter(
  map(namespaces, namespace => namespace.name),
  name => !types.isMadeOf(name, '${letters}${toUpper(letters)}${digits}_')
)
var isPremium = profile.messaging.sku == 'Premium'
var problems = concat(length(names) != length(union(names, [])) ? ['instances: each name may stand once.'] : [], !isPremium && profile.messaging.units != 0 ? ['messaging.units: Standard has none, so it must be 0.'] : [], isPremium && profile.messaging.units == 0 ? ['messaging.units: Premium needs 1, 2, 4, 8 or 16.'] : [], !isPremium && profile.privateNetwork ? ['privateNetwork: only messaging.sku Premium has private endpoints.'] : [], !empty(freeInstances) && profile.privateNetwork ? ['privateNetwork: Free_F1 has no private endpoint.'] : [], length(filter(freeInstances, instance => instance.units != 1)) > 0 ? ['instances: Free_F1 has exactly one unit.'] : [], length(filter(profile.instances, instance => instance.units > 10 && instance.units % 10 != 0)) > 0 ? ['instances: over 10 units go by tens.'] : [], !empty(misnamedInstances) ? ['instances: a name is made of a-z, 0-9 and \'-\' and begins with a letter, and none is \'shards\'.'] : [], !empty(misnamedNamespaces) ? ['namespaces: a name is made of letters, digits and \'_\'.'] : [])
var checkedProfile = empty(problems) ? profile : fail('This can not be deployed. ${join(problems, ' ')}')

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    token: token
    days: checkedProfile.telemetryDays
    gigabytesPerDay: checkedProfile.telemetryGBPerDay
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    token: token
    sku: checkedProfile.storageSku
    privateNetwork: checkedProfile.privateNetwork
  }
}

module serviceBus 'modules/service-bus.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    token: token
    messaging: checkedProfile.messaging
    backends: backends
    privateNetwork: checkedProfile.privateNetwork
    zoneRedundant: checkedProfile.compute.zoneRedundant
  }
}

module webPubSub 'modules/web-pubsub.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    token: token
    instances: checkedProfile.instances
    privateNetwork: checkedProfile.privateNetwork
  }
}

module network 'modules/network.bicep' = if (checkedProfile.privateNetwork) {
  scope: group
  params: {
    location: location
    tags: tags
    token: token
    storageName: storage.outputs.name
    serviceBusName: serviceBus.outputs.name
    instances: webPubSub.outputs.instances
  }
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    token: token
    storageName: storage.outputs.name
    tableNames: storage.outputs.tableNames
    serviceBusName: serviceBus.outputs.name
    ingressQueueName: serviceBus.outputs.ingressQueueName
    eventsTopicName: serviceBus.outputs.eventsTopicName
    backends: backends
    instances: webPubSub.outputs.instances
    applicationInsightsName: monitoring.outputs.applicationInsightsName
  }
}

module functions 'modules/functions.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    token: token
    compute: checkedProfile.compute
    usePlaceholder: usePlaceholder
    subnetId: network.?outputs.functionsSubnetId ?? ''
    identity: identity.outputs.app
    storageName: storage.outputs.name
    deploymentContainerName: storage.outputs.deploymentContainerName
    applicationInsightsName: monitoring.outputs.applicationInsightsName
    serviceBusEndpoint: serviceBus.outputs.fullyQualifiedNamespace
    ingressQueueName: serviceBus.outputs.ingressQueueName
    eventsTopicName: serviceBus.outputs.eventsTopicName
    hubName: webPubSub.outputs.hubName
    instances: webPubSub.outputs.instances
    callbackAudience: callbackAudience
    tokens: tokens
    allowedOrigins: allowedOrigins
    namespaces: namespaces
  }
}

// After the app, whose address they call.
module hubs 'modules/web-pubsub-hubs.bicep' = {
  scope: group
  params: {
    hubName: webPubSub.outputs.hubName
    instances: webPubSub.outputs.instances
    functionsId: functions.outputs.id
    functionsHost: functions.outputs.host
    callbackAudience: callbackAudience
    privateNetwork: checkedProfile.privateNetwork
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    tags: tags
    token: token
    email: alertEmail
    serviceBusName: serviceBus.outputs.name
    applicationInsightsName: monitoring.outputs.applicationInsightsName
    instances: webPubSub.outputs.instances
  }
}

output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_NAME string = functions.outputs.name
output AZURE_FUNCTION_ID string = functions.outputs.id
output GATEWAY_ENDPOINT string = 'https://${functions.outputs.host}'
output GATEWAY_INSTANCES array = map(webPubSub.outputs.instances, instance => {
  name: instance.name
  resource: instance.resource
  host: instance.host
})
output GATEWAY_SERVICE_BUS string = serviceBus.outputs.fullyQualifiedNamespace
output GATEWAY_PRIVATE_NETWORK bool = checkedProfile.privateNetwork
