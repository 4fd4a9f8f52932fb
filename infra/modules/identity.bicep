// The app's identity and everything it may do. All grants stand here, each on the smallest scope that has what the code
// calls; a test compares them with the calls.

import { backend } from '../types.bicep'
import { createdInstance } from 'web-pubsub.bicep'

@export()
@description('An identity as others need it.')
type createdIdentity = {
  @description('The resource id.')
  id: string
  @description('The client id, by which a process asks for its tokens.')
  clientId: string
}

@description('Required. The region.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Required. What makes names unique.')
@minLength(13)
@maxLength(13)
param token string

@description('Required. The storage account.')
param storageName string

@description('Required. The tables of the gateway.')
param tableNames string[]

@description('Required. The Service Bus namespace.')
param serviceBusName string

@description('Required. The queue of publications.')
param ingressQueueName string

@description('Required. The topic of the backends.')
param eventsTopicName string

@description('Required. The instances.')
param instances createdInstance[]

@description('Required. The backends; those that name an identity get their grants here too.')
param backends backend[]

@description('Required. Application Insights.')
param applicationInsightsName string

// Built-in roles by their names.
var definitions = 'Microsoft.Authorization/roleDefinitions'
var roles = {
  serviceBusDataReceiver: '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'
  serviceBusDataSender: '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7'
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  webPubSubServiceOwner: '12cf5a90-567b-43ae-8102-96cf46c7d9b4'
}

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${token}'
  location: location
  tags: tags
}

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageName

  resource tableService 'tableServices' existing = {
    name: 'default'
  }
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-06-01' existing = [
  for name in tableNames: {
    parent: storage::tableService
    name: name
  }
]

resource serviceBus 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: serviceBusName

  resource ingress 'queues' existing = {
    name: ingressQueueName
  }

  resource events 'topics' existing = {
    name: eventsTopicName
  }
}

resource subscriptions 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2024-01-01' existing = [
  for backend in backends: {
    parent: serviceBus::events
    name: backend.name
  }
]

resource services 'Microsoft.SignalRService/webPubSub@2024-03-01' existing = [
  for instance in instances: {
    name: instance.resource
  }
]

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

// Leases, keys and the app's own package. The host's documentation asks for this role: it makes its containers itself.
resource hostKeepsItsBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage.id, app.id, roles.storageBlobDataOwner)
  scope: storage
  properties: {
    description: 'The Functions host keeps leases, keys and the app\'s package'
    roleDefinitionId: subscriptionResourceId(definitions, roles.storageBlobDataOwner)
    principalId: app.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource appReadsAndWritesItsTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, at) in tableNames: {
    name: guid(tables[at].id, app.id, roles.storageTableDataContributor)
    scope: tables[at]
    properties: {
      description: 'The app reads and writes the table ${name}'
      roleDefinitionId: subscriptionResourceId(definitions, roles.storageTableDataContributor)
      principalId: app.properties.principalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource appSendsPublications 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(serviceBus::ingress.id, app.id, roles.serviceBusDataSender)
  scope: serviceBus::ingress
  properties: {
    description: 'Callbacks enqueue envelopes, the sequencer its own tasks'
    roleDefinitionId: subscriptionResourceId(definitions, roles.serviceBusDataSender)
    principalId: app.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource triggerReceivesPublications 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(serviceBus::ingress.id, app.id, roles.serviceBusDataReceiver)
  scope: serviceBus::ingress
  properties: {
    description: 'The sequencer\'s trigger takes and settles envelopes'
    roleDefinitionId: subscriptionResourceId(definitions, roles.serviceBusDataReceiver)
    principalId: app.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

// Without it the platform does not see how long the queue is, and scales by trial. Its documentation names Data Owner, or
// a role of one's own with 'Microsoft.ServiceBus/namespaces/*/read': this one has that and no data, and it is no
// definition of the tenant's that would outlive the deployment.
resource scalerReadsTheNamespace 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(serviceBus.id, app.id, roles.reader)
  scope: serviceBus
  properties: {
    description: 'The platform\'s scaler reads how many messages wait'
    roleDefinitionId: subscriptionResourceId(definitions, roles.reader)
    principalId: app.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource sequencerSendsEvents 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(serviceBus::events.id, app.id, roles.serviceBusDataSender)
  scope: serviceBus::events
  properties: {
    description: 'The sequencer sends sequenced messages to backends'
    roleDefinitionId: subscriptionResourceId(definitions, roles.serviceBusDataSender)
    principalId: app.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource appCallsTheInstances 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (instance, at) in instances: {
    name: guid(services[at].id, app.id, roles.webPubSubServiceOwner)
    scope: services[at]
    properties: {
      description: 'The app sends, keeps groups and mints client tokens at ${instance.name}'
      roleDefinitionId: subscriptionResourceId(definitions, roles.webPubSubServiceOwner)
      principalId: app.properties.principalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource appSendsTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(applicationInsights.id, app.id, roles.monitoringMetricsPublisher)
  scope: applicationInsights
  properties: {
    description: 'Host and app send telemetry'
    roleDefinitionId: subscriptionResourceId(definitions, roles.monitoringMetricsPublisher)
    principalId: app.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource backendReadsItsSubscription 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (backend, at) in backends: if (contains(backend, 'principalId')) {
    name: guid(subscriptions[at].id, backend.?principalId ?? '', roles.serviceBusDataReceiver)
    scope: subscriptions[at]
    properties: {
      description: 'The backend ${backend.name} reads sequenced messages'
      roleDefinitionId: subscriptionResourceId(definitions, roles.serviceBusDataReceiver)
      principalId: backend.?principalId ?? ''
      principalType: 'ServicePrincipal'
    }
  }
]

resource backendSendsAnswers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for backend in backends: if (contains(backend, 'principalId')) {
    name: guid(serviceBus::ingress.id, backend.?principalId ?? '', roles.serviceBusDataSender)
    scope: serviceBus::ingress
    properties: {
      description: 'The backend ${backend.name} publishes answers'
      roleDefinitionId: subscriptionResourceId(definitions, roles.serviceBusDataSender)
      principalId: backend.?principalId ?? ''
      principalType: 'ServicePrincipal'
    }
  }
]

output app createdIdentity = {
  id: app.id
  clientId: app.properties.clientId
}
